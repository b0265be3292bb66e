import { all, type Program, type Programs, verbs } from "../program.ts";
import { quoted } from "../call.ts";

const restarts: Program = { effect: "modify", says: "Restarts {}", kind: "service" };
const HOST: Program = { effect: "privilege", changesHost: true, kind: "none" };

/** Services and their logs. Sources: systemctl(1), journalctl(1), loginctl(1), timedatectl(1) … of systemd 256. */
export const SERVICES: Programs = {
  systemctl: {
    kind: "service",
    options: {
      safe: "t: p: P: n: o: a l q r H: M: s: T i f --type= --state= --property= --value --all --full --no-pager --plain --no-legend --legend? --failed --user --system --quiet --recursive --reverse --after --before --with-dependencies --lines= --output= --job-mode= --no-block --wait --now --runtime --global --no-ask-password --no-wall --force --signal= --kill-who= --kill-whom= --kill-value= --what= --show-types --check-inhibitors= --preset-mode= --root= --timestamp= --dry-run --read-only --mkdir --marked --version --help",
    },
    bare: "read",
    verbs: verbs(
      {
        read: "status show cat help list-units list-unit-files list-sockets list-timers list-jobs list-dependencies list-machines list-automounts list-paths is-active is-enabled is-failed is-system-running get-default show-environment whoami",
        modify: "kill clean freeze thaw reset-failed cancel daemon-reload daemon-reexec",
        privilege:
          "enable disable mask unmask reenable preset preset-all link revert add-wants add-requires set-default edit set-property import-environment set-environment unset-environment isolate default rescue emergency bind mount-image log-level log-target service-watchdogs switch-root",
      },
      {
        status: { says: "Shows how {} is", empty: "the host", kind: "service" },
        show: { says: "Shows properties of {}", empty: "the host", kind: "service" },
        cat: { says: "Shows the definition of {}", kind: "service" },
        "is-active": { says: "Asks whether {} runs", kind: "service" },
        "list-units": { says: "Lists services", kind: "none" },
        restart: restarts,
        "try-restart": restarts,
        "reload-or-restart": restarts,
        "try-reload-or-restart": restarts,
        start: { effect: "modify", says: "Starts {}", kind: "service" },
        stop: { effect: "modify", says: "Stops {}", kind: "service" },
        reload: { effect: "modify", says: "Has {} read its configuration anew", kind: "service" },
        enable: { effect: "privilege", says: "Has {} start with the host", kind: "service" },
        disable: { effect: "privilege", says: "Keeps {} from starting with the host", kind: "service" },
        mask: { effect: "privilege", says: "Keeps {} from being started at all", kind: "service" },
        edit: { effect: "privilege", says: "Opens the definition of {} in an editor", kind: "service", tty: true },
        rescue: { effect: "privilege", says: "Takes the host down to rescue mode", changesHost: true },
        emergency: { effect: "privilege", says: "Takes the host down to emergency mode", changesHost: true },
        isolate: { effect: "privilege", says: "Stops everything that {} does not need", changesHost: true },
        reboot: { ...HOST, says: "Restarts the host" },
        "soft-reboot": { ...HOST, says: "Restarts everything but the kernel" },
        poweroff: { ...HOST, says: "Turns the host off" },
        halt: { ...HOST, says: "Halts the host" },
        kexec: { ...HOST, says: "Starts another kernel" },
        suspend: { ...HOST, says: "Puts the host to sleep" },
        hibernate: { ...HOST, says: "Puts the host to sleep" },
        "hybrid-sleep": { ...HOST, says: "Puts the host to sleep" },
        exit: HOST,
      },
    ),
  },
  ...all("service rc-service invoke-rc.d", {
    rule: (call) => {
      const [unit, verb] = call.args;
      if (unit?.text === "--status-all") {
        call.note("read", "Shows which services run");
        return undefined;
      }
      if (!unit || !verb || verb.text === undefined) {
        call.unclear("Which service is asked for what is not known");
        return undefined;
      }
      // `service ../../bin/sh` runs what the path leads to.
      if (!/^[\w@.:-]+$/u.test(unit.text ?? "") && unit.text !== undefined) {
        call.unclear(`${quoted(unit.shown)} is no name of a service`, unit);
        return undefined;
      }
      if (unit.text !== undefined) call.object(verb.text === "status" ? "read" : "modify", unit, "service");
      if (verb.text === "status") call.note("read", `Shows how ${quoted(unit.shown)} is`);
      else if (/^(?:start|stop|restart|reload|force-reload|try-restart|condrestart)$/u.test(verb.text))
        call.note("modify", `${verb.text[0]!.toUpperCase()}${verb.text.slice(1)}s ${quoted(unit.shown)}`);
      else call.note("unknown", `What ${quoted(verb.text)} means for ${quoted(unit.shown)} is not known`);
      return undefined;
    },
  }),
  journalctl: {
    says: "Reads the journal",
    kind: "none",
    options: {
      safe: "u: n? p: S: U: t: b? k o: e a q r x g: D: M: i: F: m c: N l T: --unit= --user-unit= --lines? --priority= --since= --until= --identifier= --boot? --dmesg --output= --pager-end --all --quiet --reverse --catalog --grep= --case-sensitive? --no-pager --no-tail --no-full --full --utc --no-hostname --list-boots --list-namespaces --disk-usage --header --verify --fields --field= --output-fields= --merge --cursor= --after-cursor= --show-cursor --directory= --file= --machine= --system --user --root= --image= --facility= --dump-catalog --list-catalog --namespace= --truncate-newline --interval= --exclude-identifier= --invocation= I --version --help 0-9",
      follows: "f --follow",
      appends: "--cursor-file=",
      delete: "--vacuum-size= --vacuum-time= --vacuum-files=",
      modify: "--rotate --flush --sync --relinquish-var --smart-relinquish-var --update-catalog",
      privilege: "--setup-keys --force",
    },
  },
  "systemd-analyze": {
    says: "Shows how the host started",
    kind: "none",
    verbs: verbs({
      read: "time blame critical-chain plot dot dump unit-paths exit-status capability condition syscall-filter filesystems calendar timespan timestamp verify cat-config security inspect-elf",
      privilege: "log-level log-target service-watchdogs",
    }),
  },
  "systemd-cgls": { says: "Shows control groups", kind: "none" },
  "systemd-cgtop": { says: "Shows control groups", kind: "none", tty: true, follows: true },
  "systemd-detect-virt": { says: "Shows where the host runs", kind: "none" },
  "systemd-resolve": {
    says: "Asks for a name",
    kind: "none",
    options: { loose: true, modify: "--flush-caches --reset-statistics", privilege: "--set-dns= --set-domain= --revert" },
  },
  "systemd-run": { effect: "privilege", says: "Runs {} as a service", kind: "none" },
  "systemd-tmpfiles": { effect: "delete", says: "Makes and deletes files as configured", kind: "none" },
  hostnamectl: {
    bare: "read",
    kind: "none",
    verbs: verbs({
      read: "status hostname icon-name chassis location",
      privilege: "set-hostname set-icon-name set-chassis set-deployment set-location",
    }),
  },
  timedatectl: {
    bare: "read",
    kind: "none",
    verbs: verbs({
      read: "status show list-timezones timesync-status show-timesync",
      privilege: "set-time set-timezone set-local-rtc set-ntp ntp-servers revert",
    }),
  },
  localectl: {
    bare: "read",
    kind: "none",
    verbs: verbs({ read: "status list-locales list-keymaps", privilege: "set-locale set-keymap set-x11-keymap" }),
  },
  loginctl: {
    bare: "read",
    verbs: verbs({
      read: "list-sessions session-status show-session list-users user-status show-user list-seats seat-status show-seat",
      modify:
        "activate lock-session unlock-session lock-sessions unlock-sessions terminate-session kill-session terminate-user kill-user terminate-seat",
      privilege: "enable-linger disable-linger attach flush-devices",
    }),
  },
  resolvectl: {
    bare: "read",
    kind: "none",
    verbs: verbs({
      read: "status query service openpgp tlsa statistics show-cache show-server-state monitor",
      modify: "reset-statistics flush-caches reset-server-features",
      privilege: "dns domain default-route llmnr mdns dnssec dnsovertls nta revert log-level",
    }),
  },
  networkctl: {
    bare: "read",
    kind: "none",
    verbs: verbs({
      read: "list status lldp label cat",
      privilege: "up down renew forcerenew reconfigure reload delete edit mask unmask persistent-storage",
    }),
  },
  coredumpctl: { bare: "read", kind: "none", verbs: { list: {}, info: {}, dump: { options: { loose: true, writes: "o: --output=" } } } },
  busctl: {
    bare: "read",
    kind: "none",
    verbs: verbs({ read: "list status tree introspect get-property monitor capture", privilege: "call set-property emit wait" }),
  },
  udevadm: {
    kind: "none",
    verbs: verbs({ read: "info monitor settle verify", modify: "trigger", privilege: "control test test-builtin lock" }),
  },
  supervisorctl: {
    bare: "unknown",
    verbs: verbs({
      read: "status tail avail pid maintail version",
      modify: "start stop restart signal clear fg",
      privilege: "reread reload update add remove shutdown",
    }),
  },
  monit: {
    kind: "service",
    bare: "privilege",
    verbs: verbs({
      read: "status summary report procmatch",
      modify: "start stop restart reload unmonitor monitor",
      privilege: "quit validate",
    }),
  },
  crontab: {
    rule: (call) => {
      const letters = call
        .words()
        .filter((word) => /^-[A-Za-z]+$/u.test(word))
        .join("");
      if (letters.includes("r")) call.note("delete", "Deletes everything the account runs by the clock");
      else if (letters.includes("l") && call.args.every((arg) => arg.text !== undefined))
        call.note("read", "Shows what the account runs by the clock");
      else {
        if (letters.includes("e")) call.scope.sheet.needsTty ??= "crontab";
        call.note("privilege", "Sets what the account runs by the clock");
      }
      return undefined;
    },
  },
  ...all("at batch", {
    effect: "privilege",
    says: "Has commands run later",
    kind: "none",
    options: { loose: true, shows: "l", delete: "d r" },
  }),
  atq: { says: "Shows commands that will run later", kind: "none" },
  atrm: { effect: "delete", says: "Takes back commands that would run later", kind: "none" },
  dmesg: {
    says: "Shows messages of the kernel",
    kind: "none",
    options: {
      loose: true,
      safe: "l: f: --level= --facility= --since= --until= n:",
      follows: "w W --follow --follow-new",
      delete: "C c --clear --read-clear",
      privilege: "D E --console-off --console-on --console-level=",
    },
  },
  logger: { effect: "append", says: "Adds a line to the log", kind: "none" },
  logrotate: {
    effect: "delete",
    says: "Rotates logs, deleting the oldest",
    options: { safe: "s: v l: --state= --verbose", shows: "d --debug", delete: "f --force" },
  },
  nginx: {
    rule: (call) => {
      const program = { kind: "none" as const, options: { safe: "q g:", unknown: "c: p: e:", modify: "s:", shows: "t T v V h" } };
      if (call.words().some((word) => /^-[tTvVhs]/u.test(word))) return { ...program, says: "Checks or signals nginx" };
      return { ...program, effect: "privilege" as const, bare: "privilege" as const, says: "Starts nginx" };
    },
  },
  ...all("apachectl apache2ctl httpd", {
    kind: "none",
    bare: "privilege",
    options: { shows: "S t v V M l L", first: true, unknown: "k: f: D: c: C: d:" },
    verbs: verbs({ read: "configtest status fullstatus", modify: "graceful restart start stop graceful-stop" }),
  }),
  haproxy: { effect: "privilege", says: "Starts haproxy", kind: "none", options: { shows: "c v vv", safe: "f: q" } },
  postfix: { kind: "none", verbs: verbs({ read: "status check", modify: "start stop reload flush abort" }) },
  mailq: { says: "Shows mail that waits", kind: "none" },
  postqueue: { says: "Shows mail that waits", kind: "none", options: { safe: "p j", modify: "f s: i:" } },
  postsuper: { effect: "delete", says: "Deletes or holds mail that waits", kind: "none" },
  rabbitmqctl: {
    kind: "name",
    options: { safe: "n: p: q s t: --node= --vhost= --timeout= --quiet --formatter=" },
    verbs: verbs({
      read: "status cluster_status list_queues list_exchanges list_bindings list_connections list_channels list_consumers list_users list_vhosts list_permissions list_user_permissions list_policies list_parameters list_feature_flags ping node_health_check environment report version await_startup",
      modify: "close_connection close_all_connections start_app stop_app sync_queue cancel_sync_queue trace_on trace_off rotate_logs",
      delete: "delete_queue purge_queue reset force_reset delete_vhost clear_policy clear_parameter forget_cluster_node",
      privilege:
        "add_user delete_user change_password set_permissions clear_permissions set_user_tags add_vhost set_policy set_parameter join_cluster eval enable_feature_flag shutdown stop",
    }),
  },
};
