/**
 * What of kubectl may be run, and its flags, as kubectl 1.32 tells them (`kubectl <verb> --help`, `kubectl options`).
 *
 * A flag is written `s,long` with its short letter; `:` behind it takes a value, `?` takes one only after an equals sign, neither is a
 * switch. Whatever is not here is refused: a new flag is judged when it is added.
 */

const PRINT = "allow-missing-template-keys o,output: show-managed-fields template:";
const FILES = "f,filename: k,kustomize: R,recursive";

/** Flags of every verb. */
export const GLOBAL_FLAGS =
  "as: as-group: as-uid: cache-dir: certificate-authority: client-certificate: client-key: cluster: context: disable-compression " +
  "insecure-skip-tls-verify kubeconfig: kuberc: as-user-extra: log-flush-frequency: match-server-version n,namespace: password: profile: " +
  "profile-output: request-timeout: s,server: tls-server-name: token: user: username: v,v: vmodule: warnings-as-errors h,help";

/** Flags by verb, or by verb and the word after it. */
// prettier-ignore
export const VERB_FLAGS: Record<string, string> = {
  annotate: `${PRINT} ${FILES} all A,all-namespaces dry-run? field-manager: field-selector: list local overwrite resource-version: l,selector: record`,
  "api-resources": "api-group: cached categories: namespaced no-headers o,output: sort-by: verbs:",
  "api-versions": "",
  apply: `${PRINT} ${FILES} all cascade? dry-run? field-manager: force force-conflicts grace-period: openapi-patch overwrite prune prune-allowlist: l,selector: server-side subresource: timeout: validate? wait record`,
  "apply set-last-applied": `${PRINT} create-annotation dry-run? f,filename:`,
  "apply view-last-applied": `${FILES} all o,output: l,selector:`,
  "auth can-i": "A,all-namespaces list no-headers q,quiet subresource:",
  "auth reconcile": `${PRINT} ${FILES} dry-run? remove-extra-permissions remove-extra-subjects`,
  "auth whoami": `${PRINT}`,
  autoscale: `${PRINT} ${FILES} cpu-percent: dry-run? field-manager: max: min: name: save-config record`,
  "certificate approve": `${PRINT} ${FILES} force`,
  "certificate deny": `${PRINT} ${FILES} force`,
  "cluster-info dump": `${PRINT} A,all-namespaces namespaces: output-directory: pod-running-timeout:`,
  "cluster-info": "",
  cordon: "dry-run? l,selector:",
  create: `${PRINT} ${FILES} dry-run? edit field-manager: raw: save-config l,selector: validate? windows-line-endings record`,
  "create clusterrole": `${PRINT} aggregation-rule: dry-run? field-manager: non-resource-url: resource-name: resource: save-config validate? verb:`,
  "create clusterrolebinding": `${PRINT} clusterrole: dry-run? field-manager: group: save-config serviceaccount: user: validate?`,
  "create configmap": `${PRINT} append-hash dry-run? field-manager: from-env-file: from-file: from-literal: save-config validate?`,
  "create cronjob": `${PRINT} dry-run? field-manager: image: restart: save-config schedule: validate?`,
  "create deployment": `${PRINT} dry-run? field-manager: image: port: r,replicas: save-config validate?`,
  "create ingress": `${PRINT} annotation: class: default-backend: dry-run? field-manager: rule: save-config validate?`,
  "create job": `${PRINT} dry-run? field-manager: from: image: save-config validate?`,
  "create namespace": `${PRINT} dry-run? field-manager: save-config validate?`,
  "create poddisruptionbudget": `${PRINT} dry-run? field-manager: max-unavailable: min-available: save-config selector: validate?`,
  "create priorityclass": `${PRINT} description: dry-run? field-manager: global-default preemption-policy: save-config validate? value:`,
  "create quota": `${PRINT} dry-run? field-manager: hard: save-config scopes: validate?`,
  "create role": `${PRINT} dry-run? field-manager: resource-name: resource: save-config validate? verb:`,
  "create rolebinding": `${PRINT} clusterrole: dry-run? field-manager: group: role: save-config serviceaccount: user: validate?`,
  "create secret docker-registry": `${PRINT} append-hash docker-email: docker-password: docker-server: docker-username: dry-run? field-manager: from-file: save-config validate?`,
  "create secret generic": `${PRINT} append-hash dry-run? field-manager: from-env-file: from-file: from-literal: save-config type: validate?`,
  "create secret tls": `${PRINT} append-hash cert: dry-run? field-manager: key: save-config validate?`,
  "create service clusterip": `${PRINT} clusterip: dry-run? field-manager: save-config tcp: validate?`,
  "create service externalname": `${PRINT} dry-run? external-name: field-manager: save-config tcp: validate?`,
  "create service loadbalancer": `${PRINT} dry-run? field-manager: save-config tcp: validate?`,
  "create service nodeport": `${PRINT} dry-run? field-manager: node-port: save-config tcp: validate?`,
  "create serviceaccount": `${PRINT} dry-run? field-manager: save-config validate?`,
  "create token": `${PRINT} audience: bound-object-kind: bound-object-name: bound-object-uid: duration:`,
  debug: "arguments-only attach c,container: copy-to: custom: env: f,filename: image-pull-policy: image: keep-annotations keep-init-containers keep-labels keep-liveness keep-readiness keep-startup profile: q,quiet replace same-node set-image: share-processes i,stdin target: t,tty",
  delete: `${FILES} all A,all-namespaces cascade? dry-run? field-selector: force grace-period: ignore-not-found i,interactive now o,output: raw: l,selector: timeout: wait`,
  describe: `${FILES} A,all-namespaces chunk-size: l,selector: show-events`,
  diff: `${FILES} concurrency: field-manager: force-conflicts prune prune-allowlist: l,selector: server-side show-managed-fields`,
  drain: "chunk-size: delete-emptydir-data disable-eviction dry-run? force grace-period: ignore-daemonsets pod-selector: l,selector: skip-wait-for-delete-timeout: timeout:",
  events: `${PRINT} A,all-namespaces chunk-size: for: no-headers types: w,watch`,
  explain: "api-version: o,output: recursive",
  expose: `${PRINT} ${FILES} cluster-ip: dry-run? external-ip: field-manager: l,labels: load-balancer-ip: name: override-type: overrides: port: protocol: save-config selector: session-affinity: target-port: type: record`,
  get: `${PRINT} ${FILES} A,all-namespaces chunk-size: field-selector: ignore-not-found L,label-columns: no-headers output-watch-events raw: l,selector: server-print show-kind show-labels sort-by: subresource: w,watch watch-only`,
  kustomize: "as-current-user enable-alpha-plugins enable-helm e,env: helm-api-versions: helm-command: helm-debug helm-kube-version: load-restrictor: mount: network network-name: o,output:",
  label: `${PRINT} ${FILES} all A,all-namespaces dry-run? field-manager: field-selector: list local overwrite resource-version: l,selector: record`,
  logs: "all-containers all-pods c,container: f,follow ignore-errors insecure-skip-tls-verify-backend limit-bytes: max-log-requests: pod-running-timeout: prefix p,previous l,selector: since-time: since: tail: timestamps",
  patch: `${PRINT} ${FILES} dry-run? field-manager: local patch-file: p,patch: subresource: type: record`,
  replace: `${PRINT} ${FILES} cascade? dry-run? field-manager: force grace-period: raw: save-config subresource: timeout: validate? wait record`,
  "rollout history": `${PRINT} ${FILES} revision: l,selector:`,
  "rollout pause": `${PRINT} ${FILES} field-manager: l,selector:`,
  "rollout restart": `${PRINT} ${FILES} field-manager: l,selector:`,
  "rollout resume": `${PRINT} ${FILES} field-manager: l,selector:`,
  "rollout status": `${FILES} revision: l,selector: timeout: w,watch`,
  "rollout undo": `${PRINT} ${FILES} dry-run? l,selector: to-revision: record`,
  run: `${PRINT} ${FILES} annotations: attach cascade? command dry-run? env: expose field-manager: force grace-period: image-pull-policy: image: l,labels: leave-stdin-open override-type: overrides: pod-running-timeout: port: privileged q,quiet restart: rm save-config i,stdin timeout: t,tty wait record`,
  scale: `${PRINT} ${FILES} all current-replicas: dry-run? replicas: resource-version: l,selector: timeout: record`,
  "set env": `${PRINT} ${FILES} all c,containers: dry-run? e,env: field-manager: from: keys: list local overwrite prefix: resolve l,selector: record`,
  "set image": `${PRINT} ${FILES} all dry-run? field-manager: local l,selector: record`,
  "set resources": `${PRINT} ${FILES} all c,containers: dry-run? field-manager: limits: local requests: l,selector: record`,
  "set selector": `${PRINT} all dry-run? field-manager: f,filename: local R,recursive resource-version: record`,
  "set serviceaccount": `${PRINT} ${FILES} all dry-run? field-manager: local record`,
  "set subject": `${PRINT} ${FILES} all dry-run? field-manager: group: local l,selector: serviceaccount: user: record`,
  taint: `${PRINT} all dry-run? field-manager: overwrite l,selector: validate?`,
  "top node": "no-headers l,selector: show-capacity sort-by: use-protocol-buffers",
  "top pod": "A,all-namespaces containers field-selector: no-headers l,selector: sort-by: sum use-protocol-buffers",
  uncordon: "dry-run? l,selector:",
  version: "client o,output:",
  wait: `${PRINT} all A,all-namespaces field-selector: f,filename: for: local R,recursive l,selector: timeout:`,
};

/** Other names of a word after a verb. */
export const ALIASES: Record<string, string> = {
  "create cm": "create configmap",
  "create cj": "create cronjob",
  "create deploy": "create deployment",
  "create dep": "create deployment",
  "create ing": "create ingress",
  "create ns": "create namespace",
  "create pdb": "create poddisruptionbudget",
  "create pc": "create priorityclass",
  "create resourcequota": "create quota",
  "create sa": "create serviceaccount",
  "create svc": "create service",
  "set sa": "set serviceaccount",
  "top nodes": "top node",
  "top no": "top node",
  "top pods": "top pod",
  "top po": "top pod",
};

/** Verbs that are nothing without a second word, and those of two words before a third. */
export const GROUPS: readonly string[] = ["auth", "certificate", "rollout", "set", "top", "create secret", "create service"];

const TERMINAL = "it is a live session, which belongs in a terminal: open one from the pod in the tree";
const OWN_SETTINGS = "it is about settings of a kubectl of your own, of which there are none here";

/** Verbs that are not run, and why. */
export const REFUSED_VERBS: Record<string, string> = {
  attach: TERMINAL,
  exec: TERMINAL,
  cp: "it runs tar in the container, which belongs in a terminal",
  "port-forward": "it opens a port on the agent's host",
  proxy: "it opens the cluster's API on the agent's host",
  edit: "it needs an editor on the agent's host; use the YAML editor, whose save is a plan",
  "apply edit-last-applied": "it needs an editor on the agent's host",
  config: OWN_SETTINGS,
  completion: OWN_SETTINGS,
  options: OWN_SETTINGS,
  plugin: "plug-ins are programs of the agent's host",
  alpha: "it may change from version to version",
};

const TARGET = "which cluster is asked, and as whom, is said by the connection";
const FILE_OF_HOST = "it names a file of the agent's host";

/** Flags that are refused wherever they stand, and why. */
export const REFUSED_FLAGS: Record<string, string> = {
  as: TARGET,
  "as-group": TARGET,
  "as-uid": TARGET,
  "as-user-extra": TARGET,
  "cache-dir": FILE_OF_HOST,
  "certificate-authority": TARGET,
  "client-certificate": TARGET,
  "client-key": TARGET,
  cluster: TARGET,
  context: TARGET,
  "insecure-skip-tls-verify": TARGET,
  kubeconfig: TARGET,
  kuberc: FILE_OF_HOST,
  password: TARGET,
  profile: FILE_OF_HOST,
  "profile-output": FILE_OF_HOST,
  server: TARGET,
  "tls-server-name": TARGET,
  token: TARGET,
  user: TARGET,
  username: TARGET,
  vmodule: "it logs requests, with the address of this run",
  "log-flush-frequency": "it has no meaning here",
};

const ASKS = "it waits for answers at a terminal";

/** Flags that are refused with one verb, and why. */
export const REFUSED_WITH: Record<string, Record<string, string>> = {
  create: { edit: "it needs an editor on the agent's host" },
  delete: { interactive: ASKS },
  run: { stdin: TERMINAL, tty: TERMINAL, attach: TERMINAL, rm: TERMINAL, "leave-stdin-open": TERMINAL },
  debug: { stdin: TERMINAL, tty: TERMINAL, attach: TERMINAL },
  logs: { "insecure-skip-tls-verify-backend": "a node's certificate must be checked" },
  "cluster-info dump": { "output-directory": "it writes to the agent's host" },
  kustomize: {
    "enable-alpha-plugins": "it runs programs",
    "enable-helm": "it runs programs",
    "helm-api-versions": "it runs programs",
    "helm-command": "it runs programs",
    "helm-debug": "it runs programs",
    "helm-kube-version": "it runs programs",
    "load-restrictor": "it lets files from elsewhere in",
    "as-current-user": "it runs programs",
    env: "it runs programs",
    mount: "it runs programs",
    network: "it runs programs",
    "network-name": "it runs programs",
    output: "it writes to the agent's host",
  },
};

/** Flags whose value names a file; `key=file` where the first part is a key of what is made. */
export const FILE_FLAGS: Record<string, "file" | "keyed"> = {
  filename: "file",
  "from-file": "keyed",
  "from-env-file": "file",
  "patch-file": "file",
  cert: "file",
  key: "file",
  custom: "file",
};

/** Verbs whose requests say less than the verb: what they make lets somebody into a workload or a node. */
export const VERB_EFFECTS: Record<string, "privilege"> = { debug: "privilege" };

/** Verbs that may wait for the cluster to change; with `watch` only when that is asked for. */
export const FOLLOWING: Record<string, "always" | "watch" | "follow"> = {
  "rollout status": "always",
  wait: "always",
  get: "watch",
  events: "watch",
  logs: "follow",
};
