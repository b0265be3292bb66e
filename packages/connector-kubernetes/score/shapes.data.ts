import { signingRequest } from "./fixture.ts";

/** A command whose planned writes must be those that kubectl alone does. */
export interface Shape {
  text: string;
  files?: Record<string, string>;
  stdin?: string;
  /** The command may end with an error, if it does so alone as well. */
  fails?: true;
}

const deployment = (name: string, namespace: string, image: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: ${name}, image: "${image}" }, { name: side, image: "side:1" }] }
`;
const namespace = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { env: dev } }\n`;
const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: payments }\ndata: { mode: ${value} }\n`;
const secret = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: made, namespace: payments }\nstringData: { password: ${value} }\n`;
const app = [namespace("shop"), deployment("front", "shop", "front:1"), configMap("extra", "x").replace("payments", "shop")].join("---\n");
const N = "-n payments";

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: things, singular: thing, kind: Thing }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } }
`;

/** One entry a shape: a verb with flags that lead to other requests. */
export const SHAPES: readonly Shape[] = [
  { text: `kubectl create -f a.yaml`, files: { "a.yaml": configMap("made", "x") } },
  { text: `kubectl create -f a.yaml --save-config`, files: { "a.yaml": configMap("made", "x") } },
  { text: `kubectl create -f a.yaml`, files: { "a.yaml": app } },
  { text: `kubectl create -f - ${N}`, stdin: configMap("made", "x") },
  { text: `kubectl create -f a.yaml`, files: { "a.yaml": configMap("gen", "x").replace("name: gen", "generateName: gen-") } },
  { text: `kubectl create namespace shop` },
  { text: `kubectl create deployment api --image=api:1 --replicas=3 --port=80 ${N}` },
  { text: `kubectl create deployment api --image=api:1 ${N} -- sh -c "sleep 1"` },
  { text: `kubectl create configmap made --from-literal=a=b --from-file=k=f.txt ${N}`, files: { "f.txt": "text" } },
  { text: `kubectl create configmap made --from-env-file=f.env ${N}`, files: { "f.env": "A=1\nB=2\n" } },
  { text: `kubectl create secret generic made --from-literal=password=x ${N}` },
  { text: `kubectl create secret docker-registry made --docker-username=u --docker-password=p ${N}` },
  { text: `kubectl create service clusterip made --tcp=80:8080 ${N}` },
  { text: `kubectl create service externalname made --external-name=example.com ${N}` },
  { text: `kubectl create serviceaccount made ${N}` },
  { text: `kubectl create job made --image=job:1 ${N}` },
  { text: `kubectl create job made --from=cronjob/nightly ${N}` },
  { text: `kubectl create cronjob made --image=job:1 --schedule="*/5 * * * *" ${N}` },
  { text: `kubectl create ingress made --rule="example.com/*=web:80" ${N}` },
  { text: `kubectl create poddisruptionbudget made --selector=app=web --min-available=1 ${N}` },
  { text: `kubectl create quota made --hard=pods=100 ${N}` },
  { text: `kubectl create priorityclass made --value=10` },
  { text: `kubectl create role made --verb=get --resource=pods ${N}` },
  { text: `kubectl create rolebinding made --role=reader --serviceaccount=payments:robot ${N}` },
  { text: `kubectl create clusterrole made --verb=get,list --resource=nodes` },
  { text: `kubectl create clusterrolebinding made --clusterrole=view --user=kim` },
  { text: `kubectl create token robot ${N}` },
  { text: `kubectl run made --image=busybox:1 ${N} --labels=a=b` },
  { text: `kubectl run made --image=busybox:1 --port=80 --expose ${N}` },
  { text: `kubectl expose deployment web --name=made --port=80 ${N}` },
  { text: `kubectl autoscale deployment web --min=1 --max=5 ${N}` },
  { text: `kubectl apply -f a.yaml`, files: { "a.yaml": configMap("made", "x") } },
  { text: `kubectl apply -f a.yaml`, files: { "a.yaml": configMap("settings", "other") } },
  { text: `kubectl apply -f a.yaml`, files: { "a.yaml": app } },
  { text: `kubectl apply -f a.yaml`, files: { "a.yaml": deployment("web", "payments", "nginx:1.26") } },
  { text: `kubectl apply -f - ${N}`, stdin: configMap("made", "x") },
  { text: `kubectl apply -f a.yaml --server-side`, files: { "a.yaml": app } },
  { text: `kubectl apply -f a.yaml --server-side --force-conflicts`, files: { "a.yaml": deployment("web", "payments", "nginx:1.26") } },
  {
    text: `kubectl apply -f a.yaml\nkubectl apply -f b.yaml`,
    files: { "a.yaml": deployment("web", "payments", "nginx:1.26"), "b.yaml": deployment("web", "payments", "nginx:1.27") },
  },
  { text: `kubectl apply -f a.yaml\nkubectl apply -f a.yaml --server-side --force-conflicts`, files: { "a.yaml": configMap("made", "x") } },
  { text: `kubectl apply -f a.yaml -f b.yaml`, files: { "a.yaml": configMap("one", "x"), "b.yaml": configMap("two", "x") } },
  {
    text: `kubectl apply -k .`,
    files: { "kustomization.yaml": "resources: [a.yaml]\nnamePrefix: pre-\n", "a.yaml": configMap("made", "x") },
  },
  {
    text: `kubectl apply -f a.yaml --prune -l app=shop ${N} --prune-allowlist=core/v1/ConfigMap`,
    files: { "a.yaml": configMap("made", "x").replace("namespace: payments", "namespace: payments, labels: { app: shop }") },
  },
  { text: `kubectl apply -f a.yaml --dry-run=server`, files: { "a.yaml": configMap("made", "x") } },
  { text: `kubectl apply set-last-applied -f a.yaml --create-annotation=true`, files: { "a.yaml": configMap("settings", "live") } },
  { text: `kubectl replace -f a.yaml`, files: { "a.yaml": configMap("settings", "other") } },
  { text: `kubectl replace --force -f a.yaml`, files: { "a.yaml": configMap("settings", "other") } },
  { text: `kubectl patch deployment web ${N} -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}'` },
  { text: `kubectl patch configmap settings ${N} --type=merge -p '{"data":{"mode":null}}'` },
  { text: `kubectl patch configmap settings ${N} --type=json -p '[{"op":"replace","path":"/data/mode","value":"x"}]'` },
  { text: `kubectl patch deployment web ${N} --subresource=scale --type=merge -p '{"spec":{"replicas":4}}'` },
  { text: `kubectl patch secret database ${N} -p '{"stringData":{"user":"root"}}'` },
  { text: `kubectl patch configmap settings ${N} --patch-file=p.yaml`, files: { "p.yaml": "data: { mode: x }\n" } },
  { text: `kubectl label configmap settings tier=back ${N}` },
  { text: `kubectl label configmap settings app=other --overwrite ${N}` },
  { text: `kubectl label configmap settings app- ${N}` },
  { text: `kubectl label deployments --all checked=yes ${N}` },
  { text: `kubectl annotate deployment web note=text ${N}` },
  { text: `kubectl annotate pods -l app=web note=text ${N}` },
  { text: `kubectl scale deployment web --replicas=5 ${N}` },
  { text: `kubectl scale deployment web worker --replicas=0 ${N}` },
  { text: `kubectl scale statefulset db --replicas=3 --current-replicas=1 ${N}` },
  { text: `kubectl set image deployment/web web=nginx:2 ${N}` },
  { text: `kubectl set env deployment/web LEVEL=debug MODE- ${N}` },
  { text: `kubectl set env deployment/web --from=configmap/settings ${N}` },
  { text: `kubectl set resources deployment web --limits=cpu=200m,memory=512Mi ${N}` },
  { text: `kubectl set selector service web app=other ${N}` },
  { text: `kubectl set serviceaccount deployment web robot ${N}` },
  { text: `kubectl set subject rolebinding readers --user=kim ${N}` },
  { text: `kubectl rollout restart deployment web ${N}` },
  { text: `kubectl rollout restart deployment ${N}` },
  { text: `kubectl rollout pause deployment web ${N}` },
  { text: `kubectl rollout pause deployment web ${N}\nkubectl rollout resume deployment web ${N}` },
  { text: `kubectl cordon node-1` },
  { text: `kubectl cordon node-1\nkubectl uncordon node-1` },
  { text: `kubectl drain node-1 --ignore-daemonsets --force --delete-emptydir-data` },
  { text: `kubectl drain node-1 --ignore-daemonsets --force --disable-eviction` },
  { text: `kubectl taint nodes node-1 key=value:NoSchedule` },
  { text: `kubectl taint nodes node-1 key=value:NoSchedule\nkubectl taint nodes node-1 key:NoSchedule-` },
  { text: `kubectl delete configmap settings ${N}` },
  { text: `kubectl delete deployment web ${N}` },
  { text: `kubectl delete deployment web --cascade=orphan ${N}` },
  { text: `kubectl delete deployment web --cascade=foreground ${N}` },
  { text: `kubectl delete pod single -n staging --grace-period=1` },
  { text: `kubectl delete pod single -n staging --now` },
  { text: `kubectl delete pod single -n staging --force` },
  { text: `kubectl delete pods --all ${N} --wait=false` },
  { text: `kubectl delete configmaps -l app=web ${N}` },
  { text: `kubectl delete deployments,services --all ${N}` },
  { text: `kubectl delete namespace staging` },
  { text: `kubectl delete -f a.yaml`, files: { "a.yaml": configMap("settings", "live") } },
  { text: `kubectl delete configmap held --wait=false ${N}` },
  { text: `kubectl delete configmap missing settings --ignore-not-found ${N}` },
  { text: `kubectl delete configmap missing settings ${N}`, fails: true },
  { text: `kubectl delete configmap settings ${N}\nkubectl create configmap settings --from-literal=a=b ${N}` },
  { text: `kubectl delete --raw /api/v1/namespaces/payments/configmaps/settings` },
  {
    text: `kubectl create --raw /api/v1/namespaces/payments/configmaps -f a.json`,
    files: { "a.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"}}' },
  },
  {
    text: `kubectl create namespace shop\nkubectl create deployment api --image=api:1 -n shop\nkubectl scale deployment api --replicas=3 -n shop\nkubectl set image deployment/api api=api:2 -n shop`,
  },
  {
    text: `kubectl create configmap made --from-literal=a=b ${N}\nkubectl label configmap made x=y ${N}\nkubectl delete configmap made ${N}`,
  },
  { text: `kubectl create job made --image=job:1 -n staging\nkubectl delete job made -n staging` },
  {
    text: `kubectl auth reconcile -f a.yaml`,
    files: {
      "a.yaml":
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: reader, namespace: payments }\nrules: [{ apiGroups: [''], resources: [pods, services], verbs: [get] }]\n",
    },
  },
  { text: `kubectl debug single -n staging --image=busybox:1 --target=c` },
  { text: `kubectl debug single -n staging --image=busybox:1 --copy-to=copy` },
  { text: `kubectl debug node/node-1 --image=busybox:1`, fails: true },
  {
    text: `kubectl get pods -A\nkubectl get deploy,svc ${N} -o wide\nkubectl get configmap settings ${N} -o yaml\nkubectl describe deployment web ${N}`,
  },
  {
    text: `kubectl auth can-i delete pods ${N}\nkubectl auth whoami\nkubectl api-resources\nkubectl api-versions\nkubectl version\nkubectl explain pods.spec`,
  },
  {
    text: `kubectl rollout history deployment web ${N}\nkubectl logs deployment/web ${N}\nkubectl events ${N}\nkubectl get --raw /version`,
  },
  { text: `kubectl diff -f a.yaml`, files: { "a.yaml": configMap("settings", "live") }, fails: true },
  { text: `kubectl get secret database ${N} -o yaml\nkubectl describe secret database ${N}\nkubectl get secrets -A -o json` },
  {
    text: `kubectl apply -f a.yaml\nkubectl get secret made ${N} -o yaml\nkubectl apply -f b.yaml\nkubectl label secret made x=y ${N}`,
    files: { "a.yaml": secret("correct-horse-battery"), "b.yaml": secret("correct-horse-battery-2") },
  },
  {
    text: `kubectl apply -f a.yaml --server-side\nkubectl apply -f a.yaml --server-side`,
    files: { "a.yaml": secret("correct-horse-battery") },
  },
  {
    text: `kubectl patch secret database ${N} --type=json -p '[{"op":"move","from":"/data/password","path":"/metadata/annotations"}]'`,
    fails: true,
  },
  {
    text: `kubectl annotate secret database a=b ${N}\nkubectl patch secret database ${N} --type=json -p '[{"op":"move","from":"/data/password","path":"/metadata/annotations/c"}]' -o yaml\nkubectl get secret database ${N} -o yaml`,
  },
  { text: `kubectl delete pvc data -n staging` },
  { text: `kubectl delete pod user -n staging --now\nkubectl delete pvc used -n staging` },
  { text: `kubectl delete pvc used -n staging --wait=false\nkubectl get pvc -n staging` },
  {
    text: `kubectl apply -f .`,
    files: {
      "a.yaml": configMap("one", "x"),
      "b.json": '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}',
      "c.txt": "no",
    },
  },
  { text: `kubectl create -R -f all/`, files: { "all/a.yaml": configMap("one", "x"), "all/deep/b.yaml": configMap("two", "x") } },
  { text: `kubectl rollout undo deployment worker ${N}` },
  { text: `kubectl rollout undo deployment worker --to-revision=1 ${N}` },
  { text: `kubectl create deployment api --image=api:1 --dry-run=client -o yaml ${N}` },
  { text: `kubectl delete deployment web --dry-run=server ${N}\nkubectl scale deployment web --replicas=9 --dry-run=server ${N}` },
  { text: `kubectl drain node-1 --ignore-daemonsets --force --dry-run=server` },
  { text: `kubectl patch deployment web ${N} --subresource=status --type=merge -p '{"status":{"observedGeneration":7}}'` },
  { text: `kubectl create -f csr.yaml`, files: { "csr.yaml": signingRequest("made") } },
  {
    text: `kubectl apply -f a.yaml\nkubectl scale deployment front --replicas=4 -n shop\nkubectl rollout restart deployment front -n shop\nkubectl delete namespace shop`,
    files: { "a.yaml": app },
  },
  {
    text: `kubectl delete namespace staging\nkubectl create namespace staging\nkubectl apply -f a.yaml`,
    files: { "a.yaml": configMap("fresh", "x").replace("payments", "staging") },
  },
  {
    text: `kubectl set env deployment/web --list ${N}\nkubectl label deployment web --list ${N}\nkubectl apply view-last-applied deployment web ${N}`,
    fails: true,
  },
  {
    text: `kubectl set image deployment/web web=nginx:3 ${N}\nkubectl set env deployment/web A=b ${N}\nkubectl annotate deployment web a=b ${N}\nkubectl patch deployment web ${N} --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"more","image":"m:1"}}]'`,
  },
  {
    text: `kubectl create service nodeport made --tcp=80 --node-port=30080 ${N}\nkubectl patch service made ${N} -p '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}'`,
  },
  {
    text: `kubectl autoscale deployment web --min=1 --max=5 ${N}\nkubectl patch hpa web ${N} -p '{"spec":{"maxReplicas":9}}'\nkubectl delete hpa web ${N}`,
  },
  { text: `kubectl apply -f crd.yaml`, files: { "crd.yaml": CRD } },
  { text: `kubectl delete pod missing ${N} --ignore-not-found` },
  { text: `kubectl label nodes --all zone=a\nkubectl get nodes -l zone=a -o name` },
  { text: `kubectl annotate configmap settings a=b ${N}\nkubectl replace -f a.yaml`, files: { "a.yaml": configMap("settings", "other") } },
  {
    text: `kubectl create configmap made --from-literal=a=b ${N}\nkubectl replace -f a.yaml`,
    files: { "a.yaml": configMap("made", "other") },
  },
  { text: `kubectl certificate approve waiting` },
  { text: `kubectl certificate deny waiting` },
  {
    text: `kubectl autoscale deployment web --min=1 --max=5 --cpu-percent=70 ${N}\nkubectl get hpa ${N} -o yaml\nkubectl delete hpa --all ${N}`,
  },
];
