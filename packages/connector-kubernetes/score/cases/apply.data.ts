import { casesOf, type Case } from "./case.ts";

/** What brings something to a written state: apply in both ways, replace, patch, and what is set on it. */
export const APPLY: readonly Case[] = casesOf(
  "apply, replace, patch",
  `
apply -f made.yaml
apply -f made.yaml -o yaml
apply -f made.yaml --overwrite=false
apply -f settings-same.yaml
apply -f settings-next.yaml
apply -f applied-next.yaml
apply -f applied-same.yaml
apply -f applied-less.yaml
apply -f web-next.yaml
apply -f web-same.yaml
apply -f web-next.yaml --force
apply -f web-selector.yaml # fails
apply -f web-selector.yaml --force
apply -f app.yaml
apply -f several.yaml
apply -f list.yaml
apply -f list.json
apply -f made.yaml -f pod.yaml
apply -f .
apply -R -f tree
apply -k kust
apply -k kust --server-side
apply -f bad.yaml # fails
apply -f bad.yaml -f made.yaml # fails
apply -f secret-made.yaml
apply -f secret-next.yaml
apply -f crd.yaml
apply -f netpol.yaml -f ingress.yaml -f budget.yaml
apply -f volume.yaml -f claim.yaml
apply -f made.yaml --field-manager=me
apply -f made.yaml --validate=strict
apply -f unknown-field.yaml # fails
apply -f unknown-field.yaml --validate=ignore
apply -f made.yaml -l app=shop # fails
apply -f made.yaml --dry-run=server
apply -f web-next.yaml --dry-run=client
apply -f shop-map.yaml --prune -l app=shop --prune-allowlist=core/v1/ConfigMap
apply -f shop-map.yaml --prune -l app=shop
apply -f applied-next.yaml --prune --all --prune-allowlist=core/v1/ConfigMap
apply -f made.yaml --server-side
apply -f app.yaml --server-side
apply -f web-next.yaml --server-side --force-conflicts
apply -f web-next.yaml --server-side # fails
apply -f owned-next.yaml --server-side # fails
apply -f owned-next.yaml --server-side --force-conflicts
apply -f owned-next.yaml --server-side --field-manager=gitops
apply -f owned-more.yaml --server-side
apply -f secret-made.yaml --server-side
apply -f made.yaml --server-side --dry-run=server
apply -f made.yaml --server-side -o json
apply -f made.yaml;;apply -f made-next.yaml
apply -f web-next.yaml;;apply -f web-third.yaml
apply -f made.yaml;;apply -f made.yaml --server-side --force-conflicts
apply -f made.yaml --server-side;;apply -f made-next.yaml --server-side
apply -f made.yaml --server-side;;apply -f made-next.yaml --server-side --field-manager=other # fails
apply set-last-applied -f settings-same.yaml --create-annotation=true
apply set-last-applied -f settings-same.yaml # fails
apply set-last-applied -f applied-next.yaml
apply view-last-applied configmap <applied>
replace -f settings-next.yaml
replace -f settings-next.yaml -o yaml
replace -f settings-next.yaml --save-config
replace -f made.yaml # fails
replace -f web-next.yaml
replace -f web-same.yaml
replace -f secret-replace.yaml
replace -f role-next.yaml
replace -f settings-next.yaml -f web-next.yaml
replace --force -f settings-next.yaml
replace --force -f made.yaml
replace --force -f web-next.yaml
replace --force -f web-next.yaml --cascade=orphan
replace --force -f settings-next.yaml --grace-period=0
replace -f settings-next.yaml --dry-run=server
replace -f service-next.yaml # fails
replace -k kust # fails
replace -f web-next.yaml --subresource=status
replace --raw /api/v1/namespaces/<shop>/configmaps/<settings> -f raw-settings.json
patch deployment <web> -p '{"spec":{"template":{"spec":{"containers":[{"name":"<web>","image":"nginx:2"}]}}}}'
patch deployment <web> -p '{"spec":{"template":{"spec":{"containers":[{"name":"more","image":"m:1"}]}}}}'
patch deployment <web> -p '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"more"},{"name":"<web>"}],"containers":[{"name":"more","image":"m:1"}]}}}}'
patch deployment <web> -p '{"spec":{"template":{"spec":{"containers":[{"name":"<web>","$patch":"delete"}]}}}}' # fails
patch deployment <web> --type=strategic -p '{"metadata":{"labels":{"tier":"front"}},"spec":{"paused":true}}'
patch deployment <web> -p '{"spec":{"replicas":null}}'
patch deployment <web> -p '{"spec":{"replicas":-1}}' # fails
patch deployment <web> <worker> -p '{"metadata":{"annotations":{"a":"b"}}}'
patch configmap <settings> --type=merge -p '{"data":{"mode":null,"more":"x"}}'
patch configmap <settings> --type=merge -p '{"data":{"mode":"live"}}'
patch configmap <settings> --type=json -p '[{"op":"replace","path":"/data/mode","value":"x"}]'
patch configmap <settings> --type=json -p '[{"op":"test","path":"/data/mode","value":"live"},{"op":"remove","path":"/data/mode"}]'
patch configmap <settings> --type=json -p '[{"op":"test","path":"/data/mode","value":"no"},{"op":"remove","path":"/data/mode"}]' # fails
patch configmap <settings> --type=json -p '[{"op":"copy","from":"/data/mode","path":"/data/copy"},{"op":"move","from":"/data/level","path":"/data/height"}]'
patch configmap <settings> --type=json -p '[{"op":"add","path":"/metadata/labels/a~1b","value":"c"}]'
patch configmap missing -p '{}' # fails
patch configmap <settings> -p 'data: { mode: yaml }'
patch configmap <settings> --patch-file=patch.yaml
patch configmap <settings> --patch-file=patch.json --type=merge
patch -f settings-same.yaml -p '{"data":{"mode":"x"}}'
patch secret <database> -p '{"stringData":{"user":"root"}}'
patch secret <database> --type=merge -p '{"data":{"user":"cm9vdA=="}}'
patch service <web> -p '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}'
patch service <web> -p '{"spec":{"type":"NodePort"}}'
patch service <web> --type=merge -p '{"spec":{"selector":{"app":"other"}}}'
patch deployment <web> --subresource=scale --type=merge -p '{"spec":{"replicas":4}}'
patch deployment <web> --subresource=status --type=merge -p '{"status":{"observedGeneration":7}}'
patch node <node> -p '{"spec":{"unschedulable":true}}'
patch pod <single> -n <lab> -p '{"metadata":{"labels":{"app":"other"}}}'
patch pod <single> -n <lab> -p '{"spec":{"containers":[{"name":"c","image":"busybox:2"}]}}'
patch pod <single> -n <lab> -p '{"spec":{"nodeName":"elsewhere"}}' # fails
patch pvc <data> -n <lab> -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'
patch configmap <held> --type=merge -p '{"metadata":{"finalizers":null}}'
patch cronjob <nightly> -p '{"spec":{"suspend":true}}'
patch serviceaccount <robot> -p '{"imagePullSecrets":[{"name":"x"}]}'
patch rolebinding <readers> --type=json -p '[{"op":"add","path":"/subjects/-","value":{"kind":"User","name":"kim","apiGroup":"rbac.authorization.k8s.io"}}]'
patch namespace <lab> -p '{"metadata":{"labels":{"env":"prod"}}}'
patch configmap <settings> --local -f settings-same.yaml -p '{"data":{"mode":"x"}}' -o yaml # fails
patch -f settings-same.yaml --local -p '{"data":{"mode":"x"}}' -o yaml
patch configmap <settings> -p '{"data":{"mode":"x"}}' --dry-run=server
patch configmap <settings> -p '{"data":{"mode":"x"}}' --field-manager=me -o json
set image deployment/<web> <web>=nginx:2
set image deployment/<web> missing=nginx:2 # fails
set image deployment <web> <worker> '*'=nginx:2
set image daemonset/<logs> <logs>=logs:2
set image statefulset/<db> <db>=postgres:17
set image cronjob/<nightly> job=job:2
set image deployments --all '*'=nginx:9
set image deployments -l app=<web> '*'=nginx:9
set image -f web-same.yaml <web>=nginx:2
set image -f web-same.yaml <web>=nginx:2 --local -o yaml
set image deployment/<web> <web>=nginx:2 --dry-run=server
set image deployment/<web> <web>=nginx:1.25
set env deployment/<web> LEVEL=debug MODE-
set env deployment/<web> --from=configmap/<settings>
set env deployment/<web> --from=configmap/<settings> --prefix=APP_ --keys=mode
set env deployment/<web> --from=secret/<database> --keys=user
set env deployment/<web> -e LEVEL=debug -c <web> --overwrite=false
set env deployment/<web> MODE=other --overwrite=false # fails
set env deployment --all A=b
set env cronjob/<nightly> A=b
set env deployment/<web> --list
set env pods --all --list
set resources deployment <web> --limits=cpu=200m,memory=512Mi
set resources deployment <web> --limits=cpu=200m --requests=cpu=100m -c <web>
set resources deployment <web> --limits=cpu=0,memory=0
set selector service <web> app=other
set selector service <web> app=other --resource-version=1 # fails
set serviceaccount deployment <web> <robot>
set sa deployment <web> <robot> --dry-run=client
set subject rolebinding <readers> --user=kim
set subject rolebinding <readers> --group=ops --serviceaccount=<shop>:default
set subject clusterrolebinding cluster-admin --user=kim
`,
);
