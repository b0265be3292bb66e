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

  - id: outside-prod
    match: { environment: [staging, dev], effects: [append, modify, delete, schema] }
    effect: allow
    message: Outside production everybody may write.

  - id: privileges
    match: { effects: [privilege] }
    when: "!statement.undo"
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
    match: { environment: [prod], effects: [append, modify, delete, schema] }
    when: (now.getHours("Europe/Berlin") >= 19 || now.getHours("Europe/Berlin") < 7) && !room.incident
    effect: deny
    message: It is past 19:00 and there is no incident. Go home.
`;
