import { casesOf, type Case } from "./case.ts";

/** Lines that depend on each other: each must meet what those before it would leave. */
export const SEVERAL: readonly Case[] = casesOf(
  "several lines",
  `
create namespace spare;;create deployment api --image=api:1 -n spare;;scale deployment api --replicas=3 -n spare;;set image deployment/api api=api:2 -n spare
create namespace spare;;apply -f spare.yaml;;label configmap extra a=b -n spare;;delete namespace spare
create namespace spare;;create configmap a --from-literal=a=b -n spare;;get configmaps -n spare -o name;;delete configmap a -n spare
apply -f app.yaml;;scale deployment front --replicas=4 -n spare;;rollout restart deployment front -n spare;;delete namespace spare
apply -f app.yaml;;apply -f app.yaml;;delete -f app.yaml
create configmap made --from-literal=a=b;;label configmap made x=y;;delete configmap made
create configmap made --from-literal=a=b;;create configmap made --from-literal=a=c # fails
create configmap made --from-literal=a=b;;replace -f made-next.yaml
create configmap made --from-literal=a=b;;apply -f made-next.yaml
create configmap made --from-literal=a=b;;patch configmap made --type=json -p '[{"op":"add","path":"/data/c","value":"d"}]';;annotate cm made a=b
create configmap made --from-literal=a=b;;apply -f made-next.yaml --server-side --force-conflicts
create -f made.yaml;;delete -f made.yaml;;create -f made-next.yaml
delete configmap <settings>;;create configmap <settings> --from-literal=a=b
delete configmap <settings>;;apply -f settings-next.yaml
delete configmap <settings>;;replace -f settings-next.yaml # fails
delete configmap <settings>;;label configmap <settings> a=b # fails
delete configmap <settings>;;get configmap <settings> # fails
delete configmap <settings>;;apply -f settings-next.yaml --server-side
delete deployment <web>;;create deployment <web> --image=nginx:1;;scale deployment <web> --replicas=2
delete deployment <web> --cascade=orphan;;apply -f web-next.yaml
delete service <web>;;expose deployment <web> --name=<web> --port=80
delete namespace <lab>;;create namespace <lab>;;apply -f lab-map.yaml
delete namespace <lab>;;apply -f lab-map.yaml # fails
delete namespace <lab>;;get pods -n <lab>;;create namespace <lab>
delete role <reader>;;create role <reader> --verb=list --resource=pods
set image deployment/<web> <web>=nginx:3;;set env deployment/<web> A=b;;annotate deployment <web> a=b;;patch deployment <web> --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"more","image":"m:1"}}]'
scale deployment <web> --replicas=0;;scale deployment <web> --replicas=2;;scale deployment <web> --replicas=0
autoscale deployment <web> --min=1 --max=5;;patch hpa <web> -p '{"spec":{"maxReplicas":9}}';;delete hpa <web>
autoscale deployment <web> --min=1 --max=5 --cpu-percent=70;;get hpa -o yaml;;delete hpa --all
create service nodeport made --tcp=80 --node-port=30080;;patch service made -p '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}'
annotate configmap <settings> a=b;;replace -f settings-next.yaml
label configmap <settings> tier=x;;delete configmaps -l tier=x
label configmap <settings> tier=x;;label configmaps -l tier=x more=y;;get configmaps -l more=y -o name
label configmap <settings> app-;;delete configmaps -l app=<web>
patch --local -f volume.yaml -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}' -o yaml
create -f volume.yaml;;patch pv made -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}';;delete pv made
create job made --image=job:1 -n <lab>;;delete job made -n <lab>
create job made --from=cronjob/<nightly>;;patch cronjob <nightly> -p '{"spec":{"suspend":true}}'
apply -f secret-made.yaml;;get secret made -o yaml;;apply -f secret-next.yaml;;label secret made x=y
apply -f secret-made.yaml --server-side;;apply -f secret-made.yaml --server-side
annotate secret <database> a=b;;get secret <database> -o yaml
annotate secret <database> a=b;;patch secret <database> --type=json -p '[{"op":"move","from":"/data/password","path":"/metadata/annotations/c"}]' -o yaml;;get secret <database> -o yaml
patch secret <database> --type=json -p '[{"op":"move","from":"/data/password","path":"/metadata/annotations"}]' # fails
create serviceaccount bot;;create rolebinding bots --role=<reader> --serviceaccount=<shop>:bot;;create token bot
create clusterrole made --verb=get --resource=pods;;create clusterrolebinding made --clusterrole=made --user=kim;;delete clusterrole made
apply -f crd.yaml;;apply -f thing.yaml
apply -f crd.yaml;;wait --for=condition=established crd/things.example.com --timeout=10s;;apply -f thing.yaml
apply -f crd.yaml;;create -f thing.yaml;;get things;;label thing one a=b;;delete thing one
apply -f crd.yaml;;apply -f thing.yaml;;apply -f thing-next.yaml;;patch thing one --type=merge -p '{"spec":{"size":7}}'
apply -f crd.yaml --server-side;;apply -f thing.yaml --server-side;;get things -A -o yaml
apply -f crd.yaml;;create -f thing.yaml;;delete crd things.example.com
apply -f crd-and-thing.yaml # fails
apply -f crd.yaml;;delete crd things.example.com;;apply -f thing.yaml # fails
apply -f crd-cluster.yaml;;create -f cluster-thing.yaml;;replace -f cluster-thing-next.yaml
create -f thing.yaml # fails
cordon <node>;;drain <node> --ignore-daemonsets --force;;delete node <node>
create quota made --hard=configmaps=50;;create configmap made --from-literal=a=b;;delete quota made
create -f gen.yaml;;label configmaps -l made=here x=y
expose deployment <web> --name=made --port=80;;set selector service made app=other;;delete service made
run made --image=busybox:1;;label pod made x=y;;delete pod made --now
run made --image=busybox:1;;delete pods --field-selector=metadata.name=made
create deployment api --image=api:1;;autoscale deployment api --max=3;;expose deployment api --port=80;;delete deployment,hpa,service api
create ingress made --rule="example.com/*=<web>:80";;annotate ingress made a=b;;delete ingress --all
rollout pause deployment <web>;;set image deployment/<web> <web>=nginx:3;;set resources deployment <web> --limits=cpu=1;;rollout resume deployment <web>
label namespace <lab> env=x;;annotate namespace <lab> a=b;;delete namespace <lab>
set subject rolebinding <readers> --user=kim;;patch rolebinding <readers> --type=json -p '[{"op":"remove","path":"/subjects/0"}]'
taint nodes <node> a=b:NoSchedule;;cordon <node>;;label node <node> x=y;;uncordon <node>
`,
);

/** Here-documents, which belong to the text. */
export const HERE: readonly Case[] = (
  [
    ["apply -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: made, namespace: <shop> }\ndata: { a: b }\nEOF"],
    ["create -f - <<EOF\napiVersion: v1\nkind: Namespace\nmetadata: { name: spare }\nEOF", "label namespace spare a=b"],
    [
      "apply --server-side -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: made, namespace: <shop> }\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: bot, namespace: <shop> }\nEOF",
    ],
    ["delete -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: <settings>, namespace: <shop> }\nEOF", "get cm -n <shop>"],
    ["replace -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: <settings>, namespace: <shop> }\ndata: { c: d }\nEOF"],
    ["set env deployment/<web> -n <shop> - <<'EOF'\nFROM=here\nMORE=there\nEOF"],
    ["apply -n <shop> -f - <<-'EOF'\n\tapiVersion: v1\n\tkind: ConfigMap\n\tmetadata: { name: made }\n\tEOF"],
  ] as const
).map((lines) => ({ family: "several lines", text: lines.map((line) => `kubectl ${line}`).join("\n"), fails: false }));
