/**
 * The policy a new installation starts with, and the demo's. Explained in docs/policy.md. Review groups and the masked columns name the demo
 * data; an installation edits its own copy.
 */
export const DEFAULT_POLICY = `# Who may run what. Interlock reads this file again whenever it is saved; while it is broken, the last good one holds.
# deny wins over review, review over allow; what no rule permits is denied. Check it with: npx interlock policy check FILE
version: 1

masks:
  - columns:
      - payments.customers.email
      - payments.customers.phone
      - payments.customers.card_number
  - detectors: [email, card]

# Shells: everything is seen and recorded, and in production somebody else is there. Where bash or zsh says what a line is before it runs, guard
# says which lines wait: for whoever types (confirm), or for others (ask). It keeps a hand from slipping and stops nobody who means to.
terminals:
  - id: prod-shells
    match: { environment: [prod], groups: [oncall, platform] }
    joining: moderated
    moderators: [platform]
    record: required
    reason: true
    debugImages: ["busybox:1.37", "busybox:1.37@sha256:*"]
    guard:
      confirm: [append, modify]
      ask: [delete, schema, privilege, unknown]
      reviews: [{ count: 1, group: platform }]
    message: A shell in production opens when somebody of platform is there as well.

  - id: other-shells
    match: { environment: [staging, dev] }
    joining: peer
    debugImages: ["busybox:*", "alpine:*", "debian:*"]
    guard:
      confirm: [delete, schema, privilege]
    message: Outside production everybody may open a shell.

# What was shown there. Whoever was in the room may watch it, and administrators; each look is in the audit log.
recordings:
  - id: prod-recordings
    match: { environment: [prod] }
    keep: 365d
    watchers: [auditors]

  - id: other-recordings
    match: { environment: [staging, dev] }
    keep: 90d

# Files of hosts. A preview is masked; a file that is downloaded is its bytes as they are, so it leaves no production host. An upload is a command:
# the rules below judge it, and it is agreed to byte for byte.
files:
  - id: prod-files
    match: { environment: [prod], groups: [oncall, responders, platform] }
    allow: [browse, preview, upload]
    message: Files of production hosts are looked at by oncall, responders and platform.

  - id: other-files
    match: { environment: [staging, dev] }
    allow: [browse, preview, download, upload]
    message: Outside production everybody may look at files and take them.

rules:
  - id: reads
    match: { effects: [read, session] }
    effect: allow
    message: Reading is open to everybody here; personal data is masked.

  - id: prod-appends
    match: { environment: [prod], connectors: [postgres], effects: [append] }
    effect: review
    reviews: [{ count: 1, group: payments-reviewers }]
    obligations: { guard: true, countdown: 5s }
    message: New rows in production need a payments reviewer.

  - id: prod-modifies
    match: { environment: [prod], connectors: [postgres], effects: [modify] }
    effect: review
    reviews: [{ count: 1, group: payments-reviewers }]
    obligations: { guard: true, countdown: 5s }
    message: Changes in production need a payments reviewer.

  - id: prod-deletes
    match: { environment: [prod], connectors: [postgres], effects: [delete] }
    effect: review
    reviews: [{ count: 1, group: payments-reviewers }]
    obligations: { guard: true, countdown: 5s }
    message: Deletes in production need a payments reviewer.

  # Also demanded when nobody can say how many rows it would be.
  - id: prod-large-deletes
    match: { environment: [prod], connectors: [postgres], effects: [delete] }
    when: impact.rows.value > 100000
    effect: review
    reviews: [{ count: 2, group: payments-reviewers }]
    message: Deleting more than 100,000 rows in production, cascades included, needs two payments reviewers.

  - id: prod-schema
    match: { environment: [prod], connectors: [postgres], effects: [schema] }
    effect: review
    reviews: [{ count: 2, group: payments-reviewers }]
    obligations: { countdown: 5s }
    message: Changing definitions in production needs two payments reviewers.

  # What a production cluster takes in, by what a write would leave (after). What was so before may stay, and an undo puts back what was there.
  # Their messages stand before those of the rules below, which say the same of every change.
  - id: namespace-without-env
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo && after.kind == "Namespace" && after.group == "" && after.text("metadata.labels.env") == ""
      && (!before.present || before.text("metadata.labels.env") != "")
    effect: deny
    message: This namespace has no env label, by which network policies let traffic through. Apply it as a manifest with metadata.labels.env.

  - id: privileged-pods
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo && after.containers.exists(c, (c.privileged || "SYS_ADMIN" in c.capabilities || "ALL" in c.capabilities)
      && !before.containers.exists(b, b.name == c.name && (b.privileged || "SYS_ADMIN" in b.capabilities || "ALL" in b.capabilities)))
    effect: deny
    message: A privileged container owns its node. Take privileged, SYS_ADMIN and ALL out of its securityContext.

  - id: root-pods
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo && after.containers.exists(c, c.root == "yes" && !before.containers.exists(b, b.name == c.name && b.root == "yes"))
    effect: deny
    message: A container would run as root (runAsUser 0). Give it another user, and runAsNonRoot true.

  - id: host-path
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo
      && after.volumes.exists(v, v.type == "hostPath" && !before.volumes.exists(b, b.type == "hostPath" && b.hostPath == v.hostPath))
    effect: deny
    message: A hostPath volume opens the node's own files to a pod. Use a volume claim, an emptyDir or a ConfigMap.

  - id: host-namespaces
    match: { environment: [prod], connectors: [kubernetes] }
    when: "!statement.undo && after.host.exists(h, !(h in before.host))"
    effect: deny
    message: hostNetwork, hostPID and hostIPC let a pod see the node's traffic and processes. Take them out.

  - id: cluster-admin
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo && ((after.roleRef.kind == "ClusterRole" && after.roleRef.name == "cluster-admin"
      && (before.roleRef.kind != "ClusterRole" || before.roleRef.name != "cluster-admin" || after.subjects.exists(s,
      !before.subjects.exists(b, b.kind == s.kind && b.name == s.name && b.namespace == s.namespace))))
      || (after.rights.exists(r, "*" in r.verbs && "*" in r.groups && "*" in r.resources)
      && !before.rights.exists(r, "*" in r.verbs && "*" in r.groups && "*" in r.resources)))
    effect: deny
    message: cluster-admin may do everything, and whoever holds it needs nobody's agreement. Bind a role with the verbs that are needed.

  # Tokens for outside the cluster: a request for one is judged like the object it is, and what its holder may do is in statement.risks.
  - id: token-too-long
    match: { connectors: [kubernetes] }
    when: >-
      after.kind == "TokenRequest" && after.group == "authentication.k8s.io" && after.number("spec.expirationSeconds") > 3600
    effect: deny
    message: A token cannot be taken back, so it lives for an hour at most. Ask for --duration=1h or less.

  - id: token-of-everything
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      after.kind == "TokenRequest" && after.group == "authentication.k8s.io" && "token_everything" in statement.risks
    effect: deny
    message: Whoever holds this token may do everything, and needs nobody's agreement any more. Ask for one of an account with the rights that are needed.

  - id: token-in-a-secret
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      !statement.undo && after.kind == "Secret" && after.group == "" && !before.present
      && after.text("type") == "kubernetes.io/service-account-token"
    effect: deny
    message: A token in a Secret never expires. Ask for a short-lived one (kubectl create token).

  - id: token-that-leads-further
    match: { environment: [prod], connectors: [kubernetes] }
    when: >-
      after.kind == "TokenRequest" && after.group == "authentication.k8s.io"
      && statement.risks.exists(r, r.startsWith("token_") && r != "token_audience")
    effect: review
    reviews: [{ count: 2, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: This token leads to more than it looks, which its risks name. Two people of platform agree to that, and the reason is kept.

  - id: last-disruption-budget
    match: { environment: [prod], connectors: [kubernetes], effects: [modify, delete] }
    when: >-
      !statement.undo && (statement.effect == "delete" || after.kind == "PodDisruptionBudget")
      && statement.breaks.exists(b, b.code == "no_disruption_budget")
    effect: review
    reviews: [{ count: 2, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: This takes the last PodDisruptionBudget from running pods, and the next drain may end all of them at once. Two people of platform agree to that.

  - id: image-without-digest
    match: { environment: [prod], connectors: [kubernetes], effects: [append, modify] }
    when: >-
      !statement.undo && (after.containers.exists(c, c.image.digest == ""
      && !before.containers.exists(b, b.name == c.name && b.image.text == c.image.text))
      || after.volumes.exists(v, v.type == "image" && v.image.digest == ""
      && !before.volumes.exists(b, b.name == v.name && b.image.text == v.image.text)))
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { countdown: 5s }
    message: An image without a digest can be another one tomorrow. Somebody of platform looks at it; name@sha256:… would settle it.

  - id: may-run-as-root
    match: { environment: [prod], connectors: [kubernetes], effects: [append, modify] }
    when: >-
      !statement.undo && after.containers.exists(c, c.root == "unknown"
      && !before.containers.exists(b, b.name == c.name && b.root != "no"))
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { countdown: 5s }
    message: Nothing keeps a container from running as root, so its image decides. Somebody of platform looks at it; runAsNonRoot true would settle it.

  - id: cluster-changes
    match: { environment: [prod], connectors: [kubernetes], effects: [append, modify, delete] }
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { countdown: 5s }
    message: Changes to a production cluster need somebody of platform.

  - id: namespace-delete
    match: { environment: [prod], connectors: [kubernetes], effects: [delete] }
    when: objects.exists(o, o.kind == "Namespace" && o.operation == "delete")
    effect: review
    reviews: [{ count: 2, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: A namespace takes everything in it along. In production two people of platform agree to that, and the reason is kept.

  - id: cluster-schema
    match: { environment: [prod], connectors: [kubernetes], effects: [schema] }
    effect: review
    reviews: [{ count: 2, group: platform }]
    obligations: { countdown: 5s }
    message: Definitions, admission and what serves the API itself reach the whole cluster; two people of platform agree to them.

  - id: tokens
    match: { environment: [prod], connectors: [kubernetes], effects: [privilege] }
    when: after.kind == "TokenRequest" && after.group == "authentication.k8s.io"
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: A token for a production cluster needs somebody of platform, and the reason is kept.

  - id: tokens-outside-prod
    match: { environment: [staging, dev], connectors: [kubernetes], effects: [privilege] }
    when: after.kind == "TokenRequest" && after.group == "authentication.k8s.io"
    effect: allow
    obligations: { reason: true }
    message: Outside production everybody may have a short-lived token, and says what for.

  - id: host-changes
    match: { environment: [prod], connectors: [ssh], effects: [append, modify, delete] }
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: Changes to production hosts need somebody of platform, who agrees to exactly these bytes.

  # A script that reaches for rights is denied below; a file can be read before it is agreed to.
  - id: host-configuration
    match: { connectors: [ssh], effects: [privilege] }
    when: objects.exists(o, o.kind == "upload")
    effect: review
    reviews: [{ count: 2, group: platform }]
    obligations: { reason: true, countdown: 5s }
    message: A file that configures a host, lets people in or is run there needs two people of platform.

  - id: outside-prod
    match: { environment: [staging, dev], effects: [append, modify, delete, schema] }
    effect: allow
    message: Outside production everybody may write.

  # Roles and bindings by which nobody gains anything: rights that are taken away, and a smaller role in the place of a larger one.
  - id: rights-taken
    match: { connectors: [kubernetes], effects: [privilege] }
    when: >-
      !statement.undo && impact.complete && !("rights_gained" in statement.risks)
      && (after.present ? after.group : before.group) == "rbac.authorization.k8s.io"
      && (after.present ? after.kind : before.kind) in ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]
    effect: review
    reviews: [{ count: 1, group: platform }]
    obligations: { countdown: 5s }
    message: Taking rights away needs somebody of platform; giving more is not done from here.

  - id: privileges
    match: { effects: [privilege] }
    when: >-
      !statement.undo && !objects.exists(o, o.kind == "upload")
      && !(after.kind == "TokenRequest" && after.group == "authentication.k8s.io")
      && (connection.connector != "kubernetes" || !impact.complete || "rights_gained" in statement.risks
      || (after.present ? after.group : before.group) != "rbac.authorization.k8s.io"
      || !((after.present ? after.kind : before.kind) in ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]))
    effect: deny
    message: Rights, roles and server settings are not changed from here.

  # A namespace that comes back has its roles and bindings again.
  - id: rights-put-back
    match: { connectors: [kubernetes], effects: [privilege] }
    when: statement.undo
    effect: review
    reviews: [{ count: 2, group: platform }]
    message: Putting back rights that a command took needs two people of the platform team.

  - id: unknown-effects
    match: { effects: [unknown] }
    effect: deny
    message: Nobody can tell what this would do, so it does not run. Write it so that it can be told.

  - id: go-home
    enabled: false
    match: { environment: [prod], effects: [append, modify, delete, schema, privilege] }
    when: (now.getHours("Europe/Berlin") >= 19 || now.getHours("Europe/Berlin") < 7) && !room.incident
    effect: deny
    message: It is past 19:00 and there is no incident. Go home.
`;
