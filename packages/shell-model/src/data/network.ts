import { all, type Programs, verbs } from "../program.ts";
import { curl, ip, ping, ssh, transfer } from "../rules/network.ts";
import { wrapper } from "../rules/wrappers.ts";

const WGET = {
  effect: "append" as const,
  says: "Downloads {}",
  kind: "url" as const,
  options: {
    safe: "q v n c N S t: T: w: U: P: r l: k p R: A: D: I: X: H L 4 6 E b d m x --quiet --verbose --no-verbose --continue --timestamping --server-response --tries= --timeout= --wait= --user-agent= --directory-prefix= --recursive --level= --no-parent --no-check-certificate --header= --user= --password= --no-proxy --max-redirect= --show-progress --progress= --content-disposition --no-clobber --limit-rate= --inet4-only --inet6-only --method= --load-cookies= --ca-certificate= --certificate= --private-key= --compression= --retry-connrefused --connect-timeout= --dns-timeout= --read-timeout= --trust-server-names --no-dns-cache --mirror --convert-links --page-requisites --domains= --reject= --accept= --no-directories --no-host-directories --cut-dirs= --ignore-length --referer= --auth-no-challenge --https-only --version --help",
    shows: "--spider",
    writes: "O: --output-document= o: --output-file= --save-cookies= --warc-file= --rejected-log=",
    appends: "a: --append-output=",
    modify: "--post-data= --post-file= --body-data= --body-file=",
    delete: "--delete-after",
    opaque: "e: --execute= --use-askpass? --config= i: --input-file=",
  },
};

const TCPDUMP = {
  says: "Shows packets",
  kind: "none" as const,
  options: {
    safe: "A b d D e f K l L n N O p q S t u U v x X # H I c: C: F: G: i: j: m: M: P: Q: s: T: W: y: B: E: r: V: --immediate-mode --interface= --number --print --count --version --list-interfaces --direction= --no-promiscuous-mode",
    writes: "w:",
    opaque: "z: Z:",
  },
};

/** The network. Sources: iproute2, net-tools, iptables 1.8, nftables 1.1, curl 8, wget 1.24, OpenSSH 9, tcpdump(8). */
export const NETWORK: Programs = {
  ...all("ping ping4 ping6 fping arping", { rule: ping }),
  ...all(
    "traceroute traceroute6 tracepath tracepath6 dig host delv drill kdig whois geoiplookup ipcalc sipcalc ifstat nstat lnstat rtmon nicstat",
    {
      says: "Asks the network about {}",
      kind: "host",
    },
  ),
  dig: { says: "Asks for the name {}", kind: "host", options: { loose: true, safe: "f: k: p: q: t: x: b: c: y:" } },
  nslookup: {
    says: "Asks for the name {}",
    kind: "host",
    rule: (call) => ({
      says: "Asks for the name {}",
      kind: "host",
      ...(call.args.length === 0 && call.input.kind === "terminal" ? { tty: true as const } : {}),
    }),
  },
  mtr: {
    says: "Shows the way to {}",
    kind: "host",
    rule: (call) => ({
      says: "Shows the way to {}",
      kind: "host",
      ...(call.words().some((word) => /^(?:-\w*[rwjxCl]\w*|--report.*|--json|--xml|--csv)$/u.test(word))
        ? {}
        : { tty: true as const, follows: true as const }),
    }),
  },
  ss: {
    says: "Shows connections and listeners",
    kind: "none",
    options: { loose: true, modify: "K --kill", writes: "D: --diag=", follows: "E --events" },
  },
  netstat: { says: "Shows connections and listeners", kind: "none", options: { loose: true, follows: "c --continuous" } },
  ...all("arp", { says: "Shows neighbours", kind: "none", options: { loose: true, privilege: "s: d: f --set= --delete= --file" } }),
  ...all("route", { effect: "privilege", bare: "read", says: "Changes routes: {}", kind: "none" }),
  ip: { rule: ip },
  ...all("bridge tc devlink rdma vdpa", {
    bare: "read",
    effect: "privilege",
    kind: "none",
    says: "Changes the network of the host",
    rule: (call) =>
      call.words().some((word) => /^(?:show|list|ls|help|monitor|get)$/u.test(word)) &&
      !call.words().some((word) => /^(?:add|del|delete|set|replace|change|flush|-b|-batch)$/u.test(word))
        ? { says: "Shows the network of the host", kind: "none" }
        : { bare: "read", effect: "privilege", kind: "none", says: "Changes the network of the host" },
  }),
  ifconfig: {
    bare: "read",
    kind: "none",
    rule: (call) =>
      call.args.filter((arg) => !arg.lead.startsWith("-")).length <= 1 && call.args.every((arg) => arg.text !== undefined)
        ? { says: "Shows addresses of the host", kind: "none" }
        : { effect: "privilege", says: "Changes addresses of the host", kind: "none" },
  },
  ...all("ifup ifdown dhclient dhcpcd wpa_supplicant", { effect: "privilege", says: "Changes the network of the host: {}", kind: "name" }),
  ethtool: {
    says: "Shows {}",
    kind: "name",
    options: {
      loose: true,
      privilege:
        "s: A: C: G: K: L: N: U: X: E: f: p: r: t: W: F: --change= --pause --coalesce= --set-ring= --features= --reset= --identify= --flash=",
    },
  },
  nmcli: {
    bare: "read",
    kind: "name",
    options: { safe: "t p c: f: g: e: w: o --terse --pretty --fields= --get-values= --colors= --overview", first: true },
    verbs: verbs(
      { read: "monitor agent" },
      {
        general: { bare: "read", verbs: verbs({ read: "status permissions logging", privilege: "hostname reload" }) },
        device: {
          bare: "read",
          verbs: verbs({ read: "status show monitor lldp", privilege: "set connect reapply modify disconnect delete up down" }),
        },
        dev: { bare: "read", verbs: verbs({ read: "status show monitor", privilege: "set connect reapply modify disconnect delete" }) },
        connection: {
          bare: "read",
          verbs: verbs({ read: "show monitor", privilege: "up down add modify clone edit delete reload load import export" }),
        },
        con: {
          bare: "read",
          verbs: verbs({ read: "show monitor", privilege: "up down add modify clone edit delete reload load import export" }),
        },
        networking: { bare: "read", verbs: verbs({ read: "connectivity", privilege: "on off" }) },
      },
    ),
  },
  ...all("iptables ip6tables iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft arptables ebtables", {
    effect: "privilege",
    says: "Changes the firewall",
    kind: "none",
    rule: (call) => {
      const words = call.words();
      const changes = words.some((word) =>
        /^(?:-[ADIRFZNXPE]\w*|--(?:append|delete|insert|replace|flush|zero|new(?:-chain)?|delete-chain|policy|rename-chain))$/u.test(word),
      );
      const lists = words.some((word) => /^(?:-[nvxw]*[LSC]\w*|--(?:list|list-rules|check|version)|-V|-h)$/u.test(word));
      if (!changes && lists) return { says: "Shows the firewall", kind: "none" };
      if (words.some((word) => /^(?:-F|--flush|-P|--policy)$/u.test(word)))
        call.risk("lockout", "Opens or closes the host at once; this terminal may be cut off.");
      return { effect: "privilege", says: "Changes the firewall", kind: "none" };
    },
  }),
  ...all("iptables-save ip6tables-save", {
    says: "Shows the firewall",
    kind: "none",
    options: { loose: true, writes: "f: --file=", modify: "M: --modprobe=" },
  }),
  ...all("iptables-restore ip6tables-restore", { effect: "privilege", says: "Puts another firewall in place", kind: "none" }),
  ipset: {
    kind: "none",
    verbs: verbs({
      read: "list test save version help -L -T -S",
      privilege: "create add del destroy flush rename swap restore -N -A -D -X -F -E -W",
    }),
  },
  nft: {
    effect: "privilege",
    kind: "none",
    says: "Changes the firewall",
    rule: (call) => {
      const words = call.words().filter((word) => !/^-[acnsSyNtTjeup]+$|^--(?:handle|numeric|json|stateless|echo|debug.*)$/u.test(word));
      if (words.length === 0 || (/^(?:list|describe|get)\b/u.test(words[0]!) && !/[;\n]/u.test(words.join(" "))))
        return { says: "Shows the firewall", kind: "none" };
      if (words[0] === "monitor") return { says: "Shows changes to the firewall", kind: "none", follows: true };
      if (words[0] === "flush") call.risk("lockout", "Opens or closes the host at once; this terminal may be cut off.");
      return { effect: "privilege", says: "Changes the firewall", kind: "none" };
    },
  },
  ufw: {
    bare: "read",
    kind: "none",
    verbs: verbs({
      read: "status show version",
      privilege: "enable disable reload reset allow deny reject limit delete insert prepend route default logging app",
    }),
  },
  "firewall-cmd": {
    effect: "privilege",
    kind: "none",
    says: "Changes the firewall",
    options: {
      safe: "--zone= --permanent -q",
      shows:
        "--state --list-all --list-all-zones --list-services --list-ports --list-rich-rules --list-interfaces --list-sources --get-zones --get-active-zones --get-default-zone --get-services --get-service --query-service= --query-port= --query-masquerade --query-panic --info-zone= --info-service= --version --help --get-log-denied --list-forward-ports",
      loose: true,
      privilege:
        "--reload --complete-reload --runtime-to-permanent --panic-on --panic-off --add-service= --remove-service= --add-port= --remove-port= --add-rich-rule= --remove-rich-rule= --set-default-zone= --add-source= --remove-source= --add-interface= --remove-interface= --change-interface=",
    },
  },
  curl: { rule: curl },
  ...all("http https xh httpie", {
    effect: "modify",
    says: "Sends a request to {}",
    kind: "url",
    rule: (call) =>
      call.args.every((arg) => arg.text !== undefined) &&
      !call
        .words()
        .some(
          (word) =>
            /^(?:POST|PUT|PATCH|DELETE)$|^[^:/]+:?=|@/u.test(word) ||
            /^-[od]|^--(?:download|output|raw|session|form|multipart)/u.test(word),
        )
        ? { says: "Asks {}", kind: "url" }
        : { effect: "modify", says: "Sends a request to {}", kind: "url" },
  }),
  wget: {
    rule: (call) => {
      // To standard output nothing is saved.
      const words = call.words();
      const toOutput = words.some(
        (word, at) =>
          /^-\w*O-$|^--output-document=(?:-|\/dev\/null)$/u.test(word) ||
          (/^-\w*O$/u.test(word) && /^(?:-|\/dev\/null)$/u.test(words[at + 1] ?? "")),
      );
      const method = /^--method=(.+)$/u.exec(words.find((word) => word.startsWith("--method=")) ?? "")?.[1];
      if (method && !/^(?:GET|HEAD)$/iu.test(method)) call.note(/delete/iu.test(method) ? "delete" : "modify", `Sends ${method}`);
      return { ...WGET, ...(toOutput ? { effect: "read" as const, says: "Asks {}" } : {}) };
    },
  },
  ...all("ssh slogin mosh autossh telnet rsh rlogin", { rule: ssh }),
  sshpass: {
    rule: (call) => {
      const at = call.args.find((arg) => arg.lead.startsWith("-p"));
      if (at?.text !== undefined)
        call.risk("secret_on_command_line", "A password stands in the line and stays in histories and recordings.", at);
      return wrapper({ options: { safe: "p: f: d: e v P:" } })(call);
    },
  },
  ...all("scp rsync sftp ftp lftp", { rule: transfer }),
  ...all("nc ncat netcat", {
    effect: "unknown",
    says: "Opens a connection or waits for one",
    kind: "none",
    rule: (call) => {
      const letters = call
        .words()
        .filter((word) => /^-[A-Za-z\d]+$/u.test(word))
        .join("");
      const runs = call.args.find((arg) => /^-\w*[ec]|^--(?:exec|sh-exec|lua-exec)/u.test(arg.lead));
      if (runs) call.unclear("Runs a program for whoever connects", runs);
      else if (/l/u.test(letters)) call.note("unknown", "Waits for a connection; what comes is not known");
      else if (/z/u.test(letters)) call.note("read", "Asks whether a port is open");
      else if (call.input.kind === "pipe" || call.input.kind === "file") call.note("modify", "Sends its input to another host");
      else {
        call.scope.sheet.needsTty ??= call.name;
        call.note("unknown", "Opens a connection; what is sent is typed by hand");
      }
      return undefined;
    },
  }),
  socat: { effect: "unknown", says: "Joins two ends, which may be programs", kind: "none" },
  nmap: {
    says: "Asks which ports of {} are open",
    kind: "host",
    options: {
      loose: true,
      safe: "p: T: e: S:",
      writes: "-oN: -oX: -oG: -oA:",
      opaque: "--script= --datadir= --servicedb= --resume= --interactive",
    },
  },
  tcpdump: {
    rule: (call) => {
      if (!call.words().some((word) => /^-\w*[crD]/u.test(word))) call.scope.sheet.follows = true;
      return TCPDUMP;
    },
  },
  ...all("tshark dumpcap", {
    says: "Shows packets",
    kind: "none",
    options: { loose: true, writes: "w:", opaque: "X: z: K: C:" },
    follows: true,
  }),
  iperf3: { effect: "modify", says: "Loads the network to measure it", kind: "none" },
  iperf: { effect: "modify", says: "Loads the network to measure it", kind: "none" },
  ...all("ab wrk hey siege", { effect: "modify", says: "Loads {} with requests", kind: "url" }),
  chronyc: {
    bare: "unknown",
    kind: "none",
    options: { safe: "n v a c N 4 6 d h: p: e" },
    verbs: verbs({
      read: "tracking sources sourcestats activity clients ntpdata serverstats rtcdata selectdata smoothing authdata sourcename",
      modify: "burst online offline onoffline refresh dump",
      privilege: "makestep settime add delete allow deny local manual reselect shutdown reset rekey",
    }),
  },
  ...all("ntpq ntpstat", { says: "Shows how the clock is set", kind: "none" }),
  ...all("ntpdate hwclock", {
    effect: "privilege",
    bare: "privilege",
    says: "Sets the clock",
    kind: "none",
    options: { loose: true, shows: "q d r --show --get --verbose" },
  }),
  wg: {
    bare: "read",
    kind: "none",
    verbs: verbs({ read: "show showconf pubkey genkey genpsk", privilege: "set setconf addconf syncconf" }),
  },
  "wg-quick": { effect: "privilege", says: "Changes the network of the host", kind: "none" },
  nsenter: {
    rule: wrapper({
      options: {
        safe: "t: m? u? i? n? p? U? C? T? a F Z S: G: r? w? --target= --mount? --uts? --ipc? --net? --pid? --user? --cgroup? --time? --all --no-fork --setuid= --setgid= --root? --wd? --preserve-credentials",
      },
    }),
  },
  unshare: {
    rule: wrapper({
      options: {
        safe: "m? u? i? n? p? U? C? T? f r c --mount? --uts? --ipc? --net? --pid? --user? --cgroup? --time? --fork --map-root-user --map-current-user --mount-proc? --kill-child? --propagation=",
        opaque: "R: --root= w: --wd=",
      },
      effect: "session",
      says: "Runs a program in a space of its own",
    }),
  },
};
