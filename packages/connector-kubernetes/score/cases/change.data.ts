import { casesOf, type Case } from "./case.ts";

/** Labels, scale, rollouts, nodes, rights. */
export const CHANGE: readonly Case[] = casesOf(
  "label, scale, rollout, node, rights",
  `
label configmap <settings> tier=back
label configmap <settings> app=other # fails
label configmap <settings> app=other --overwrite
label configmap <settings> app-
label configmap <settings> missing-
label configmap <settings> a=b c=d app-
label configmap <settings> <held> tier=back
label deployments --all checked=yes
label deployments --all checked=yes --overwrite -o name
label pods -l app=<web> checked=yes
label pods --all -A checked=yes
label pods --field-selector=status.phase=Running checked=yes -n <lab>
label -f settings-same.yaml a=b
label configmap <settings> a=b --resource-version=1 # fails
label configmap <settings> a=b --dry-run=server
label configmap <settings> a=b --local # fails
label -f settings-same.yaml a=b --local -o yaml
label configmap <settings> --list
label namespace <lab> env=prod
label nodes --all zone=a;;get nodes -l zone=a -o name
label node <node> kubernetes.io/hostname-
label configmap missing a=b # fails
label configmap <settings> "bad key=b" # fails
label deployments,services,configmaps -l app=<web> checked=yes
label all --all checked=yes
label configmap <settings> a=b;;label configmap <settings> a=c --overwrite;;label configmap <settings> a-
annotate deployment <web> note=text
annotate deployment <web> note="a long text" other-
annotate pods -l app=<web> note=text
annotate pods --all note=text --overwrite -n <lab>
annotate deployment <web> note=text;;annotate deployment <web> note=other # fails
annotate deployment <web> note=text;;annotate deployment <web> note=other --overwrite
annotate configmap <settings> note-
annotate -f settings-same.yaml a=b
annotate configmap <settings> --list
annotate configmap <settings> kubernetes.io/description=x --field-manager=me
annotate deployment <web> kubernetes.io/change-cause=why --record
scale deployment <web> --replicas=5
scale deployment <web> <worker> --replicas=0
scale deployment/<web> statefulset/<db> --replicas=2
scale deployments --all --replicas=1
scale deployments -l app=<web> --replicas=3
scale statefulset <db> --replicas=3 --current-replicas=1
scale statefulset <db> --replicas=3 --current-replicas=7 # fails
scale deployment <web> --replicas=3 --resource-version=1 # fails
scale -f web-same.yaml --replicas=3
scale deployment <web> --replicas=3 --dry-run=server
scale deployment <web> --replicas=3;;scale deployment <web> --current-replicas=3 --replicas=6
scale deployment <web> --replicas=3;;scale deployment <web> --current-replicas=2 --replicas=6 # fails
scale deployment missing --replicas=3 # fails
scale replicaset --all --replicas=1 --current-replicas=9 # fails
rollout restart deployment <web>
rollout restart deployment
rollout restart deployment <web> <worker>
rollout restart daemonset/<logs> statefulset/<db>
rollout restart deployment -l app=<web>
rollout restart -f web-same.yaml
rollout restart configmap <settings> # fails
rollout pause deployment <web>
rollout pause deployment <web>;;rollout resume deployment <web>
rollout pause deployment <web>;;rollout pause deployment <web> # fails
rollout pause deployment <web>;;rollout restart deployment <web> # fails
rollout resume deployment <web> # fails
rollout undo deployment <worker>
rollout undo deployment <worker> --to-revision=1
rollout undo deployment <worker> --to-revision=9 # fails
rollout undo deployment <worker> --dry-run=server
rollout undo deployment <worker> --to-revision=1 --dry-run=client
rollout undo daemonset/<logs>
rollout undo statefulset/<db>
rollout undo deployment <web> # fails
rollout undo -f worker-same.yaml
rollout history deployment <worker>
rollout history deployment <worker> --revision=1
rollout history daemonset
rollout status deployment <web>
rollout status deployment <web> --watch=false
set image deployment/<worker> <worker>=worker:3;;rollout undo deployment <worker>
set image deployment/<worker> <worker>=worker:3;;rollout status deployment <worker>;;rollout undo deployment <worker>
set image deployment/<worker> <worker>=worker:3;;rollout undo deployment <worker> --to-revision=1
set image deployment/<worker> <worker>=worker:3;;set image deployment/<worker> <worker>=worker:4;;rollout undo deployment <worker>
set image deployment/<worker> <worker>=worker:3;;rollout undo deployment <worker>;;rollout undo deployment <worker>
rollout undo deployment <worker>;;rollout undo deployment <worker>
set image deployment/<worker> <worker>=worker:1;;rollout undo deployment <worker>
rollout restart deployment <worker>;;rollout undo deployment <worker>
set image deployment/<web> <web>=nginx:2;;rollout undo deployment <web>
set image daemonset/<logs> <logs>=logs:3;;rollout undo daemonset/<logs>
set image statefulset/<db> <db>=postgres:17;;rollout undo statefulset/<db>
set image deployment/<worker> <worker>=worker:3;;rollout history deployment <worker>;;annotate deployment <worker> a=b
cordon <node>
cordon <node>;;cordon <node>
cordon <node>;;uncordon <node>
cordon -l kubernetes.io/hostname=<node>
cordon missing # fails
cordon <node> --dry-run=server
uncordon <node>
drain <node> --ignore-daemonsets --force --delete-emptydir-data
drain <node> --ignore-daemonsets --force --disable-eviction
drain <node> --ignore-daemonsets --force --disable-eviction --grace-period=0
drain <node> --ignore-daemonsets --force --grace-period=5 --timeout=60s
drain <node> --ignore-daemonsets --force --pod-selector=app=<web>
drain <node> --force --pod-selector=app=<web>
drain -l kubernetes.io/hostname=<node> --ignore-daemonsets --force
drain <node> # fails
drain <node> --ignore-daemonsets # fails
drain <node> --ignore-daemonsets --force --dry-run=server
drain missing --force # fails
drain <node> --ignore-daemonsets --force --skip-wait-for-delete-timeout=1 --chunk-size=2
drain <node> --ignore-daemonsets --force;;uncordon <node>
delete pod <single> -n <lab> --now;;drain <node> --ignore-daemonsets --force
taint nodes <node> key=value:NoSchedule
taint nodes <node> key=value:NoSchedule;;taint nodes <node> key=value:NoSchedule # fails
taint nodes <node> key=value:NoSchedule;;taint nodes <node> key=other:NoSchedule --overwrite
taint nodes <node> key=value:NoSchedule;;taint nodes <node> key:NoSchedule-
taint nodes --all key=value:PreferNoSchedule
taint nodes -l kubernetes.io/hostname=<node> key=value:NoSchedule
taint nodes <node> missing- # fails
taint nodes <node> a=b:NoSchedule c=d:NoSchedule
taint nodes <node> key=value:NoSchedule --dry-run=server
certificate approve <waiting>
certificate deny <waiting>
certificate approve <waiting> --force
certificate approve missing # fails
certificate approve -f csr-waiting.yaml
create -f csr.yaml;;certificate approve made
auth reconcile -f role-next.yaml
auth reconcile -f role-made.yaml
auth reconcile -f role-next.yaml --remove-extra-permissions
auth reconcile -f binding-next.yaml
auth reconcile -f binding-next.yaml --remove-extra-subjects
auth reconcile -f role-next.yaml --dry-run=server # fails
auth reconcile -f role-next.yaml --dry-run=client
auth reconcile -f cluster-role.yaml -f binding-next.yaml
debug <single> -n <lab> --image=busybox:1 --target=c
debug <single> -n <lab> --image=busybox:1 -c look
debug <single> -n <lab> --image=busybox:1 --copy-to=copy
debug <single> -n <lab> --image=busybox:1 --copy-to=copy --replace --share-processes
debug <single> -n <lab> --copy-to=copy --set-image='*=busybox:2'
debug node/<node> --image=busybox:1
`,
);
