import { casesOf, type Case } from "./case.ts";

/** What takes something away. */
export const DELETE: readonly Case[] = casesOf(
  "delete",
  `
delete configmap <settings>
delete configmap/<settings> service/<web>
delete configmap <settings> -o name
delete cm <settings> --wait=false
delete cm <settings> --timeout=10s
delete cm <settings> --wait=true
delete configmap missing # fails
delete configmap missing --ignore-not-found
delete configmap missing <settings> # fails
delete configmap missing <settings> --ignore-not-found
delete deployment <web>
delete deployment <web> <worker>
delete deployment <web> --cascade=orphan
delete deployment <web> --cascade=foreground
delete deployment <web> --cascade=background
delete deployment <web> --cascade=false
delete deployment.apps/<web>
delete deployments.v1.apps <web>
delete deployment <web> --dry-run=server
delete deployment <web> --dry-run=client
delete statefulset <db>
delete statefulset <db> --cascade=orphan
delete daemonset <logs>
delete cronjob <nightly>
delete job --all
delete replicasets --all
delete pod <single> -n <lab>
delete pod <single> -n <lab> --grace-period=1
delete pod <single> -n <lab> --grace-period=0
delete pod <single> -n <lab> --now
delete pod <single> -n <lab> --force
delete pod <single> -n <lab> --force --grace-period=0
delete pod <single> <user> -n <lab> --wait=false
delete pods --all --wait=false
delete pods --all
delete pods --all -n <lab> --grace-period=3
delete pods -l app=<web>
delete pods -l 'app in (<web>,<worker>)'
delete pods -l '!app'
delete pods -l 'app!=<web>' --wait=false
delete pods --field-selector=status.phase=Running -n <lab>
delete pods --field-selector=metadata.name=<single> -n <lab>
delete pods --all -A --wait=false
delete pods -l app=<single> -A
delete configmaps -l app=<web>
delete configmaps -l tier=none
delete configmaps --all --wait=false
delete deployments,services --all
delete all --all
delete all -l app=<web>
delete svc,cm -l app=<web>
delete services --all -n <lab>
delete secret <database>
delete secrets --all
delete serviceaccount <robot>
delete role <reader>
delete rolebinding <readers>
delete clusterrolebinding cluster-admin
delete clusterrole view
delete pdb --all
delete endpoints <web>
delete events --all
delete namespace <lab>
delete ns <lab> --wait=false
delete namespace <lab> <shop> --wait=false
delete namespace missing # fails
delete namespace default # fails
delete node <node>
delete nodes --all
delete pvc <data> -n <lab>
delete pvc <used> -n <lab> --wait=false
delete pvc --all -n <lab> --wait=false
delete pod <user> -n <lab> --now;;delete pvc <used> -n <lab>
delete pvc <used> -n <lab> --wait=false;;get pvc -n <lab>
delete pv --all --wait=false
delete csr <waiting>
delete configmap <held> --wait=false
delete configmap <held> --wait=false;;patch configmap <held> --type=merge -p '{"metadata":{"finalizers":null}}'
patch configmap <held> --type=merge -p '{"metadata":{"finalizers":[]}}';;delete configmap <held>
delete -f settings-same.yaml
delete -f settings-same.yaml -f web-same.yaml
delete -f made.yaml # fails
delete -f made.yaml --ignore-not-found
delete -f several.yaml --ignore-not-found
delete -f . --ignore-not-found
delete -k kust --ignore-not-found
delete -k kust # fails
delete -R -f tree --ignore-not-found
delete -f list.yaml --ignore-not-found
delete -f settings-same.yaml --cascade=orphan --wait=false
delete configmap --all --cascade=orphan --wait=false
delete deployment --all --cascade=foreground --grace-period=2
delete --raw /api/v1/namespaces/<shop>/configmaps/<settings>
delete --raw /api/v1/namespaces/<shop>/configmaps/missing # fails
delete missing <settings> # fails
delete deployment # fails
delete pods --all -l app=<web> # fails
delete customresourcedefinitions --all
delete priorityclass --all
delete storageclass --all
delete apiservices v1.apps
`,
);
