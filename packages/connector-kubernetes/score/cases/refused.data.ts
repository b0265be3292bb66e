/** Lines of which nothing is run, whatever they would do: each is told why. */
export const REFUSED: readonly string[] = `
exec <web> -- sh
exec -it deploy/<web> -- sh
cp <single>:/etc/passwd here
cp here <single>:/tmp
attach <single>
port-forward svc/<web> 8080:80
proxy
proxy --port=0
edit configmap <settings>
apply edit-last-applied configmap <settings>
create -f made.yaml --edit
run made --image=busybox:1 -it
run made --image=busybox:1 --rm --attach
debug <single> --image=busybox:1 -it
delete pods --all -i
config view
config use-context other
completion bash
plugin list
alpha events
foo
get pods --kubeconfig=/etc/kubernetes/admin.conf
get pods --context=prod
get pods --server=https://example.com
get pods -s https://example.com
get pods --token=abc
get pods --as=admin
get pods --as-group=system:masters
get pods --user=admin
get pods --cluster=other
get pods --insecure-skip-tls-verify
get pods --certificate-authority=/etc/ca
get pods --client-certificate=/etc/crt
get pods --cache-dir=/tmp
get pods --kuberc=/tmp/kuberc
get pods --profile=cpu
get pods -v=9
get pods --unknown-flag
apply -f /etc/passwd
apply -f ../made.yaml
apply -f ~/made.yaml
apply -f http://127.0.0.1/made.yaml
apply -f file:///etc/passwd
apply -k https://github.com/example/example
create configmap made --from-file=/etc/passwd
create configmap made --from-file=k=/etc/passwd
create secret tls made --cert=/etc/crt --key=/etc/key
create configmap made --from-env-file=/proc/self/environ
patch configmap <settings> --patch-file=/etc/passwd
get pods -o jsonpath-file=/etc/passwd
get pods -o go-template-file=../secret
cluster-info dump --output-directory=/tmp
kustomize kust --enable-helm --helm-command=/bin/sh
logs <single> --insecure-skip-tls-verify-backend
get pods; rm -rf /
get pods | sh
get pods && id
get pods > out
get pods $(id)
`
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => `kubectl ${line}`);
