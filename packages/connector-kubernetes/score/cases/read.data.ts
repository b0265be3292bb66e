import { casesOf, type Case } from "./case.ts";

/** What writes nothing, after what the plan has changed as before it. */
export const READ: readonly Case[] = casesOf(
  "reads",
  `
get pods -A;;get deploy,svc -o wide;;get configmap <settings> -o yaml;;describe deployment <web>
get all
get pods -o json
get pods -o name
get pods -o jsonpath='{.items[*].metadata.name}'
get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName
get pods -o go-template='{{range .items}}{{.metadata.name}}{{end}}'
get pods --show-labels -L app --sort-by=.metadata.name
get pods -l app=<web> --no-headers
get pods --field-selector=status.phase=Running
get pods --chunk-size=1
get deployment <web> --subresource=scale
get deployment <web> --subresource=status -o yaml
get missing # fails
get pod missing # fails
get pod missing --ignore-not-found
get -f settings-same.yaml
get secret <database> -o yaml;;describe secret <database>;;get secrets -A -o json
get --raw /version;;get --raw /api/v1/namespaces
get nodes -o wide;;describe node <node>
get events;;events
get pods --show-managed-fields -o yaml
get cm -o yaml --output-watch-events # fails
describe pods;;describe svc <web>;;describe ns <shop>
describe cronjob <nightly>;;describe pvc -n <lab>
explain pods.spec;;explain deployment --recursive
explain missing # fails
api-resources;;api-versions
api-resources --namespaced=false -o name;;api-resources --verbs=delete --api-group=apps
version;;cluster-info
auth can-i delete pods;;auth whoami
auth can-i --list
auth can-i create deployments --subresource=scale
logs deployment/<web>;;logs <single> -n <lab> --tail=1
logs -l app=<web> --all-containers --prefix
top pods # fails
top nodes # fails
diff -f settings-same.yaml
diff -f applied-same.yaml
diff -f web-next.yaml # fails
diff -f settings-next.yaml --server-side --force-conflicts # fails
kustomize kust
wait --for=condition=Available deployment/<web> --timeout=5s
wait --for=jsonpath='{.data.mode}'=live configmap/<settings> --timeout=5s
wait --for=delete pod/missing --timeout=5s
label deployment <web> --list;;annotate deployment <web> --list
scale deployment <web> --replicas=9;;get deployment <web> -o jsonpath='{.spec.replicas}'
label configmap <settings> tier=x;;get cm -l tier=x -o name;;get cm --show-labels
create configmap made --from-literal=a=b;;get configmap made -o yaml;;describe configmap made
create deployment api --image=api:1;;get deployments;;get deployment api -o wide;;describe deployment api
delete configmap <settings>;;get configmaps -o name
delete pods --all -n <lab> --wait=false;;get pods -n <lab>;;get all -n <lab>
cordon <node>;;get nodes;;describe node <node>
create secret generic made --from-literal=password=x;;get secrets;;describe secret made
delete configmap <settings>;;wait --for=delete configmap/<settings> --timeout=5s
apply -f app.yaml;;diff -f app.yaml
apply -f web-next.yaml;;get deployment <web> -o yaml;;diff -f web-next.yaml
`,
);
