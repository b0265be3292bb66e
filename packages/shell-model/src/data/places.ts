import type { Effect } from "@interlock/protocol";

interface Place {
  path: RegExp;
  /** Least effect of writing there. */
  effect: Effect;
  says: string;
  stops?: true;
}

const HOME = String.raw`(?:~[^/]*|\$HOME|\$\{HOME\}|/root|/home/[^/]+)`;

/** Where writing means more than changing a file; the first that fits. Sources: hier(7), proc(5), sysfs(5), sudoers(5), sshd(8), bash(1). */
export const PLACES: readonly Place[] = [
  { path: /^\/proc\/sysrq-trigger$/u, effect: "privilege", says: "the kernel's emergency keys", stops: true },
  { path: /^\/(?:proc|sys)(?:\/|$)/u, effect: "privilege", says: "settings of the running kernel" },
  { path: /^\/dev\/(?:mem|kmem|port|kcore)$/u, effect: "privilege", says: "the memory of the kernel" },
  { path: /^\/etc\/(?:passwd|shadow|group|gshadow|subuid|subgid)(?:-|$)/u, effect: "privilege", says: "accounts of the host" },
  {
    path: /^\/etc\/(?:sudoers|sudoers\.d|doas\.conf|pam\.d|security|polkit-1|ssh)(?:\/|$)/u,
    effect: "privilege",
    says: "who may do what on the host",
  },
  { path: /^\/(?:etc\/cron|etc\/anacrontab|var\/spool\/(?:cron|at))/u, effect: "privilege", says: "programs that run by the clock" },
  { path: /^\/(?:etc|usr\/lib|lib|run)\/(?:systemd|init\.d|udev)(?:\/|$)/u, effect: "privilege", says: "services of the host" },
  { path: /^\/etc(?:\/|$)/u, effect: "privilege", says: "configuration of the host" },
  { path: /^\/(?:boot|efi)(?:\/|$)/u, effect: "privilege", says: "what the host starts from" },
  { path: /^\/(?:usr\/(?:local\/)?)?(?:s?bin|lib(?:32|64|exec)?)(?:\/|$)/u, effect: "privilege", says: "programs of the host" },
  {
    // Of any account: those of services live below /var or /srv, and nothing else is called so.
    path: /(?:^|\/)\.(?:ssh|gnupg|config\/systemd)(?:\/|$)/u,
    effect: "privilege",
    says: "who may sign in, or keys",
  },
  {
    path: new RegExp(
      String.raw`^(?:${HOME}/)?\.(?:bash\w*|profile|z(?:shrc|shenv|profile|login)|inputrc|vimrc|gitconfig|pgpass|my\.cnf|netrc|kube(?:/|$)|aws(?:/|$)|docker(?:/|$))`,
      "u",
    ),
    effect: "privilege",
    says: "what shells and tools of the account start with",
  },
  { path: /(?:^|\/)\.git\/(?:hooks|config)(?:\/|$)/u, effect: "privilege", says: "what git runs by itself" },
];

/** Disks and their parts, memory devices and what maps onto them. */
export const DEVICES =
  /^\/dev\/(?:(?:sd|hd|vd|xvd)[a-z]+\d*|nvme\d+(?:n\d+(?:p\d+)?)?|mmcblk\d+\w*|md\d*(?:\/.*)?|dm-\d+|loop\d+\w*|sr\d+|nbd\d+\w*|rbd\d+\w*|mapper\/.+|disk\/.+|zvol\/.+|sg\d+|st\d+|nst\d+|(?:sd|hd|vd|xvd|nvme|dm-|md|loop)\S*[*?$[].*)$/u;

/** Writing here leaves nothing behind. */
export const HARMLESS_DEVICES =
  /^(?:\/dev\/(?:null|zero|full|stdout|stderr|stdin|tty\d*|pts\/\d+|console|fd\/\d+)|\/proc\/self\/fd\/\d+)$/u;

/** Files whose reading shows credentials. */
export const SECRETS =
  /^\/etc\/(?:shadow|gshadow|krb5\.keytab|sudoers)-?$|\/\.ssh\/(?:id_|identity)[^/]*(?<!\.pub)$|\/\.(?:pgpass|netrc|my\.cnf|git-credentials|vault-token)$|\/\.aws\/credentials$|\/\.docker\/config\.json$|\/\.kube\/config$|\/etc\/kubernetes\/admin\.conf$|\/etc\/kubernetes\/pki\/.*\.key$|\/etc\/ssh\/ssh_host_[^/]*_key$|\/etc\/ssl\/private\/|^\/proc\/(?:\d+|self|\$\$?\w*)\/environ$|(?:^|\/)\.env(?:\.\w+)?$|\/var\/run\/secrets\/|\/run\/secrets\//u;
