/** What each namespace begins with. */
export const REAL_BASE = `
apiVersion: v1
kind: Namespace
metadata: { name: "{ns}" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: "{ns}", labels: { tier: front } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: "{ns}" }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: "{ns}" }
stringData: { password: hunter2 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: conf, namespace: "{ns}" }
data: { a: "1", b: "2" }
---
apiVersion: batch/v1
kind: Job
metadata: { name: once, namespace: "{ns}" }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "job:1" }] } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: "{ns}" }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

/** Commands for a real cluster; `{ns}` stands for the namespace they are about. Nothing in them is about the cluster as a whole. */
export const REAL_COMMANDS: readonly string[] = [
  "kubectl scale deployment web -n {ns} --replicas=5",
  "kubectl delete deployment web -n {ns}",
  "kubectl delete pods --all -n {ns}",
  "kubectl rollout restart deployment/web -n {ns}",
  "kubectl set image deployment/web web=web:2 -n {ns}",
  "kubectl label deployment web -n {ns} team=a",
  "kubectl annotate deployment web -n {ns} note=x --overwrite",
  "kubectl create configmap c2 -n {ns} --from-literal=a=b",
  "kubectl apply -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: conf, namespace: {ns} }\ndata: { a: \"9\" }\nEOF",
  "kubectl apply --server-side -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: {ns} }\ndata: { a: \"9\" }\nEOF",
  `kubectl patch deployment web -n {ns} -p '{"spec":{"replicas":4}}'`,
  `kubectl patch deployment web -n {ns} --type=json -p '[{"op":"replace","path":"/spec/replicas","value":1}]'`,
  "kubectl expose deployment web -n {ns} --port=80 --name=web2",
  "kubectl delete svc,configmap --all -n {ns}",
  "kubectl delete job once -n {ns}",
  "kubectl create serviceaccount robot -n {ns}",
  "kubectl create role reader -n {ns} --verb=get --resource=pods\nkubectl create rolebinding r -n {ns} --role=reader --serviceaccount={ns}:default",
  "kubectl create secret generic s2 -n {ns} --from-literal=password=abc",
  "kubectl delete namespace {ns}",
  "kubectl autoscale deployment web -n {ns} --min=1 --max=5",
  "kubectl run one -n {ns} --image=x",
  "kubectl set env deployment/web A=B -n {ns}",
  "kubectl delete pod -l app=web -n {ns} --force --grace-period=0",
  "kubectl delete deployment web -n {ns} --cascade=orphan",
  "kubectl delete deployment web -n {ns} --cascade=foreground",
  "kubectl replace -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: conf, namespace: {ns} }\ndata: { z: \"9\" }\nEOF",
  "kubectl replace --force -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: conf, namespace: {ns} }\ndata: { z: \"9\" }\nEOF",
  "kubectl delete configmap conf -n {ns}\nkubectl create configmap conf -n {ns} --from-literal=n=1",
  "kubectl label namespace {ns} env=prod",
  "kubectl create job j2 -n {ns} --image=x",
  "kubectl delete pvc data -n {ns}",
  "kubectl create -f - <<'EOF'\napiVersion: v1\nkind: Pod\nmetadata: { generateName: gen-, namespace: {ns} }\nspec: { containers: [{ name: c, image: c }] }\nEOF",
  "kubectl create quota q -n {ns} --hard=pods=2",
  "kubectl set resources deployment web -n {ns} --limits=cpu=100m",
  "kubectl set serviceaccount deployment web default -n {ns}",
  "kubectl scale --replicas=3 --current-replicas=2 deployment/web -n {ns}",
  "kubectl delete all --all -n {ns}",
  'kubectl create ingress i -n {ns} --rule="a.com/*=web:80"',
  "kubectl create pdb p -n {ns} --selector=app=web --min-available=1",
  "kubectl create token default -n {ns}",
  "kubectl rollout pause deployment/web -n {ns}",
  "kubectl label pods --all -n {ns} x=y",
  "kubectl apply --prune -l p=q -n {ns} -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: pr, namespace: {ns}, labels: {p: q} }\ndata: { a: \"9\" }\nEOF",
  'kubectl create cronjob cj -n {ns} --image=x --schedule="*/5 * * * *"',
  "kubectl set image deployment/web web=web:3 -n {ns}\nkubectl rollout status deployment/web -n {ns}",
  "kubectl delete deployment web -n {ns} --wait=true\nkubectl create deployment web -n {ns} --image=other",
  "kubectl create deployment z -n {ns} --image=x\nkubectl scale deployment z -n {ns} --replicas=3\nkubectl label deployment z -n {ns} q=r",
  `kubectl patch svc web -n {ns} --type=merge -p '{"spec":{"selector":{"app":"nothing"}}}'`,
  `kubectl patch namespace {ns} --type=merge -p '{"metadata":{"finalizers":["x.y/z"]}}'`,
  "kubectl annotate configmap conf -n {ns} a=b\nkubectl annotate configmap conf -n {ns} a=c --overwrite\nkubectl annotate configmap conf -n {ns} a-",
  "kubectl delete secret key -n {ns} --now",
];
