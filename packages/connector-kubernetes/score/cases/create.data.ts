import { casesOf, type Case } from "./case.ts";

/** What makes something: from files, and by every generator of kubectl. */
export const CREATE: readonly Case[] = casesOf(
  "create",
  `
create -f made.yaml
create -f made.yaml --save-config
create -f made.yaml -o yaml
create -f made.yaml -o name
create -f made.yaml --field-manager=me
create -f made.yaml --validate=false
create -f made.yaml --validate=warn
create -f made.yaml -l app=none # fails
create -f app.yaml
create -f app.yaml -o json
create -f list.yaml
create -f list.json
create -f several.yaml
create -f made.yaml -f pod.yaml
create -f made.yaml,pod.yaml
create -f gen.yaml
create -f gen.yaml -f gen.yaml
create -f gen.yaml -o name
create -k kust
create -R -f tree
create -f tree
create -f bad.yaml # fails
create -f unknown-field.yaml # fails
create -f unknown-field.yaml --validate=false
create -f missing-namespace.yaml # fails
create -f settings-same.yaml # fails
create -f settings-same.yaml -f made.yaml # fails
create -f pod.yaml
create -f job.yaml
create -f cronjob.yaml
create -f statefulset.yaml
create -f daemonset.yaml
create -f replicaset.yaml
create -f service.yaml
create -f headless.yaml
create -f ingress.yaml
create -f netpol.yaml
create -f claim.yaml
create -f volume.yaml
create -f storage-class.yaml
create -f quota.yaml
create -f limits.yaml
create -f account.yaml
create -f webhook.yaml
create -f lease.yaml
create -f slice.yaml
create -f crd.yaml
create -f csr.yaml
create -f secret-made.yaml
create -f budget.yaml
create -f scaler.yaml
create -f runtime-class.yaml
create -f ingress-class.yaml
create -f priority.yaml
create -f role-made.yaml
create namespace spare
create ns spare --save-config
create namespace <lab> # fails
create deployment api --image=api:1
create deployment api --image=api:1 --replicas=3 --port=80
create deployment api --image=api:1 --image=side:2
create deploy api --image=api:1 -r 2 -- sh -c "sleep 1"
create deployment <web> --image=api:1 # fails
create configmap made --from-literal=a=b
create configmap made --from-literal=a=b --from-literal=c=d --from-file=k=note.txt
create configmap made --from-file=note.txt
create configmap made --from-env-file=vars.env
create configmap made --from-literal=a=b --append-hash
create cm made --from-literal=a=b --save-config --field-manager=me
create secret generic made --from-literal=password=x
create secret generic made --from-literal=password=x --type=example.com/kind
create secret generic made --from-file=note.txt --append-hash
create secret generic made --from-env-file=vars.env
create secret docker-registry made --docker-username=u --docker-password=p
create secret docker-registry made --docker-server=images.example --docker-username=u --docker-password=p --docker-email=u@example.com
create secret tls made --cert=tls.crt --key=tls.key
create service clusterip made --tcp=80:8080
create service clusterip made --clusterip=None
create service clusterip made --tcp=80:8080 --tcp=443:8443
create service externalname made --external-name=example.com
create service loadbalancer made --tcp=80
create service nodeport made --tcp=80 --node-port=30080
create svc nodeport made --tcp=80:http
create serviceaccount made
create sa made --save-config
create token <robot>
create token <robot> --duration=1h --audience=vault
create token missing # fails
create token <robot> --bound-object-kind=Secret --bound-object-name=<database>
create job made --image=job:1
create job made --image=job:1 -- sh -c "exit 0"
create job made --from=cronjob/<nightly>
create job made --from=cronjob/missing # fails
create cronjob made --image=job:1 --schedule="*/5 * * * *"
create cj made --image=job:1 --schedule=@daily --restart=Never -- date
create ingress made --rule="example.com/*=<web>:80"
create ing made --class=nginx --rule="a.example/x=<web>:80,tls=cert" --annotation=a=b
create ingress made --default-backend=<web>:80
create poddisruptionbudget made --selector=app=web --min-available=1
create pdb made --selector=app=web --max-unavailable=50%
create quota made --hard=pods=100
create quota made --hard=pods=100 --scopes=BestEffort
create priorityclass made --value=10
create pc made --value=10 --description=none --preemption-policy=Never
create role made --verb=get --resource=pods
create role made --verb=get,list --resource=pods,deployments.apps --resource-name=a
create role made --verb=get --resource=missing # fails
create rolebinding made --role=<reader> --serviceaccount=<shop>:<robot>
create rolebinding made --clusterrole=view --user=kim --group=ops
create clusterrole made --verb=get,list --resource=nodes
create clusterrole made --verb=get --non-resource-url=/healthz
create clusterrole made --aggregation-rule="rbac.example.com/aggregate=true"
create clusterrolebinding made --clusterrole=view --user=kim
create clusterrolebinding made --clusterrole=view --serviceaccount=<shop>:<robot> --group=ops
create deployment api --image=api:1 --dry-run=client -o yaml
create deployment api --image=api:1 --dry-run=server
create -f made.yaml --dry-run=server -o yaml
create configmap made --from-literal=a=b --dry-run=client
create --raw /api/v1/namespaces/<shop>/configmaps -f raw.json
run made --image=busybox:1
run made --image=busybox:1 --labels=a=b,c=d --env=A=1 --env=B=2
run made --image=busybox:1 --port=80 --expose
run made --image=busybox:1 --restart=Never --command -- sleep 60
run made --image=busybox:1 --restart=OnFailure --annotations=a=b --image-pull-policy=Always
run made --image=busybox:1 --overrides='{"spec":{"serviceAccountName":"<robot>"}}'
run made --image=busybox:1 --overrides='[{"op":"add","path":"/spec/hostNetwork","value":true}]' --override-type=json
run made --image=busybox:1 --dry-run=client -o yaml
run made --image=busybox:1 --privileged
run made # fails
expose deployment <web> --name=made --port=80
expose deployment <web> --name=made --port=80 --target-port=8080 --type=NodePort --protocol=UDP
expose deployment <web> --name=made --port=80 --cluster-ip=None --labels=a=b
expose service <web> --name=made --port=8080 --selector=app=other
expose pod <single> --name=made --port=80 -n <lab>
expose deployment <web> --name=made --port=80 --session-affinity=ClientIP --external-ip=192.0.2.7
expose -f web-next.yaml --name=made --port=80
expose deployment <web> # fails
autoscale deployment <web> --min=1 --max=5
autoscale deployment <web> --max=5 --cpu-percent=70 --name=made
autoscale statefulset <db> --max=3
autoscale -f web-next.yaml --max=3
autoscale deployment <web> --min=5 --max=1 # fails
`,
);
