export const HELP = `interlock: see what a command would do before it runs, and prove what did

  interlock analyze (--dsn URL | --connection NAME) [-f|--file NAME=PATH]… [--stdin PATH] [--format text|json] [FILE|-]
      What the SQL or the kubectl lines in FILE (or standard input) would do. Runs nothing of it and changes nothing.
      --dsn URL          a PostgreSQL server, postgres://user@host/database; nothing else of Interlock is needed
      --connection NAME  a stored connection; with INTERLOCK_TOKEN asked of the running service, as that person and with what policy says
      --file NAME=PATH   a file the command reads by that name (kubectl apply -f NAME); only PATH: by the last part of it
      --stdin PATH       what the command reads from standard input (kubectl apply -f -)
      --format json      the impact as JSON; its start and end count UTF-16 units

  interlock analyze --connector kubernetes (-f|--file PATH…) [--policy FILE] [--environment prod|staging|dev] [--format text|json|sarif|plain]
      What applying manifests would do as far as that can be told without a cluster, and what policy says of it. What needs one is said to be
      unknown. PATH is a file, a folder or - (what helm template or kustomize build print). A file of kubectl lines is judged by what they say
      and by the files beside it that they read; neither kubectl nor a cluster is asked.
      --policy FILE      default: that of INTERLOCK_HOME, else the policy a new installation starts with
      --user, --groups a,b, --labels a=b, --connection-name, --at TIME, --incident SEV-2
                         who asks, of what connection, when; default: nobody in particular, now
      --namespace NAME   of objects that name none; default: default
      --fail-on WHAT     deny (default): exit 1 where something is denied or wrong; review: also where people must agree; never
  interlock analyze --dsn URL --policy FILE [-f] FILE.sql…  and  interlock analyze --connection NAME --policy FILE …
      The same for SQL migrations, one after the other, and for what is meant for a stored connection.

  interlock policy test POLICY (-f PATH… | --dsn URL FILE.sql… | --connection NAME FILE) [options as above]
      What a policy would say that need not be in force.
  interlock policy test [POLICY] --cases FILE [--dsn URL] [--connection NAME] [--format text|json|plain]
      Judges what the cases in FILE say and compares it with what they expect; exits 1 where one differs.

  interlock reach (--connection NAME | --manifests DIR) --from END --to END --port PORT[/PROTOCOL] [--format text|json]
      Whether NetworkPolicies let a connection through, which decide, and the smallest change that would open it.
      --connection NAME  a stored connection to a cluster; with INTERLOCK_TOKEN asked of the running service
      --manifests DIR    the YAML and JSON files in DIR instead of a cluster: pods, workloads by their names, Services, policies
      --from, --to       NAMESPACE/POD, NAMESPACE/WORKLOAD or an IP address; --to also NAMESPACE/svc/NAME
      --port             8443/TCP, 53/UDP, 3868/SCTP; TCP unless given
      Exits 0 when it is allowed, 1 when it is not, 2 when a name is not there.

  interlock who-may (--connection NAME | --manifests DIR) VERB RESOURCE[/NAME] [-n NAMESPACE | -A] [--system] [--format text|json]
      Who may do something on a cluster, and by which binding, role and rule: who-may get secrets, who-may create pods/exec -n shop.
      RESOURCE as kubectl takes it: po, deploy, deployments.apps, pods/exec, RESOURCE/NAME/SUBRESOURCE, * for all; or a path, /metrics
      -n NAMESPACE       there; default: in every namespace, with those who may in some of them told apart (-A)
      --subresource SUB  of RESOURCE/NAME
      --system           also what belongs to Kubernetes itself, which is counted otherwise
      Exits 0 where somebody may, 1 where nobody may.

  interlock audit verify
      Walks the hash chain of the audit log and names the first event that is not as it was written.

  interlock connection add NAME --connector postgres|kubernetes|ssh|local --environment prod|staging|dev [--labels a=b,c=d] [FILE|-]
      Keeps a connection; its credential is read from FILE (or standard input) and stored encrypted.
      postgres     {"read": URL, "write": URL} as JSON, or one URL, with which only what reads can be run
      kubernetes   a kubeconfig with everything in it, or {"kubeconfig": …, "context": …} as JSON
      ssh          JSON {"host": …, "user": …, "auth": {"kind": "key", "privateKey": …}}, see docs/hosts.md
      local        JSON {"account": …}, of the agent's own machine and named in INTERLOCK_LOCAL_SHELLS, see docs/hosts.md

  interlock host-key [list] [--connection NAME] [--all] [--format text|json]
      Keys that hosts answered with and that wait for an administrator's word, by the running service (INTERLOCK_TOKEN); nothing is sent to
      such a host. --all: also those that were decided on.
  interlock host-key approve|refuse --connection NAME SHA256:FINGERPRINT
      That word, of a member of admins: the fingerprint as the host itself shows it, ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub

  interlock run --connection NAME [--host NAME]… [--labels a=b] [--carry-on] [--at-once N] [--reason TEXT] [--room ID] [FILE|-]
      Proposes the text in FILE (or standard input) to the running service as the person of INTERLOCK_TOKEN, waits until people have agreed and
      it ran, and prints what came of it. Interrupted, it takes the command back, or cancels it.
      --host NAME        also on this host, in this order; --labels: also on every host with all of these labels
      --carry-on         goes on after a host failed; default: what has not begun does not begin
      --at-once N        on so many hosts at a time, 1 to 16; default 1
      A script's standard error goes to standard error; of several hosts each line begins with the host's name, and how it ended there, with
      its exit code, is told at the end. Exits 0 where it succeeded everywhere, 1 elsewhere.

  interlock posture (--connection NAME | --manifests DIR) [--check ID]… [--severity LEVEL] [--system] [--format text|json|sarif]
      How well a cluster, or what some manifests would make of one, is set up: rights, workloads, network, credentials. It only reads.
      Each finding has its evidence, why it matters and what to do. Exits 1 where anything is found.
      --manifests DIR    the YAML and JSON files in DIR and below, or one file; what needs a cluster is said to be unknown
      --check ID         only these checks
      --severity LEVEL   critical, high, medium or low: only findings of it and above
      --system           also what belongs to Kubernetes itself, which is counted apart
      --env-label KEY    the label that says which environment a namespace belongs to; default env

  interlock least-privilege (--connection NAME | --manifests DIR) --audit-log FILE… [--user WHO] [--days 90] [--format text|json]
      What service accounts and people may do on a cluster, what of it they did, and a smaller role for that, as lines of kubectl.
      --audit-log FILE   an API server's audit log (audit.k8s.io/v1, a JSON object a line), also as .gz; - is standard input
      --user WHO         ServiceAccount NAMESPACE/NAME, User NAME or system:serviceaccount:NAMESPACE:NAME: with the lines; default: all, in short
      --days N           what is older does not count; how far back the log reaches is said
      Exits 1 where a smaller role is proposed.

  interlock least-privilege --people [--policy FILE] [--days 90] [--format text|json]
      What each person may do on each connection by policy, what was run for them by Interlock's own record, and who agreed for which group.

  interlock user add NAME [--groups a,b] [--display "Full Name"] [FILE|-]
      Adds a person; the password is read from FILE (or standard input).

  interlock token create --user NAME
      Prints a new token for the REST interface, and nothing else. It is shown this once.

  interlock token --connection NAME --service-account NAMESPACE/NAME [--duration 15m] [--audience A] [--reason TEXT] [--kubeconfig] [--room ID]
      A short-lived token for outside a cluster: proposes kubectl create token to the running service as the person of INTERLOCK_TOKEN, waits
      until people have agreed, and prints the token and nothing else. It is shown this once. Interrupted, it takes the command back.
      --duration TIME    15m, 1h; default: the server's own, 1h. Policy says what is too long
      --audience A       for whom, where it is not the API server
      --kubeconfig       prints a kubeconfig with the server's address, its CA, the namespace and this token, and nothing else
      --room ID          the room to propose it in; default: a new one
      Exits 1 where it was denied, rejected or failed.

  interlock policy check FILE
      Checks a policy; errors are printed as FILE:line:column: message.

  interlock --help | --version

Environment
  DATABASE_URL    Interlock's own database; unset: the embedded one
  INTERLOCK_HOME  folder of its state; unset: .interlock in the checkout
  INTERLOCK_KEY   base64 of the 32 bytes that seal stored credentials; unset: the one kept in that folder
  INTERLOCK_URL   where the service is; unset: the one that runs from that folder
  INTERLOCK_TOKEN a token of \`interlock token create\`
  INTERLOCK_KUBECTL       path of kubectl; unset: in one of the usual folders
  INTERLOCK_EXEC_PLUGINS  absolute paths, by colons, of more programs that a kubeconfig may name to be let in
  INTERLOCK_LOCAL_SHELLS  accounts of the agent's machine, by commas, as which it may open shells there; read by the service
  INTERLOCK_SSH_AGENTS    by colons, sockets of SSH agents that connections may name: /path for all, NAME=/path for one connection
  NO_COLOR        no colours

Exit codes
  0 ok   1 a finding (something denied, a case that differs, of posture, a broken chain, a policy that is not valid, nobody of that name)   2 usage   3 unreachable`;
