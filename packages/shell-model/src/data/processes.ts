import { listed, quoted } from "../call.ts";
import { all, type Programs } from "../program.ts";
import { flock, watch, wrapper } from "../rules/wrappers.ts";

/** Processes. Sources: procps-ng 4, psmisc, util-linux, sysstat, strace(1), lsof(8). */
export const PROCESSES: Programs = {
  ...all(
    "ps pgrep pidof pstree pmap pwdx prtstat uptime free w who whoami id groups users last lastb lastlog nproc arch uname tty lscpu lsmem lsns lsipc ipcs lslocks lslogins lsirq tload",
    {
      says: "Shows what runs here, and who",
      kind: "none",
    },
  ),
  lsof: { says: "Shows open files", kind: "none" },
  ...all("vmstat iostat mpstat sar pidstat cifsiostat dstat nfsstat numastat", {
    says: "Shows figures of the host",
    kind: "none",
    rule: (call) => {
      // An interval without a count has no end.
      const numbers = call.words().filter((word) => /^\d+(?:\.\d+)?$/u.test(word));
      if (numbers.length === 1 && call.words().at(-1) === numbers[0]) call.scope.sheet.follows = true;
      return {
        says: "Shows figures of the host",
        kind: "none",
        options: { loose: true, writes: call.name === "sar" ? "o:" : "--output=", opaque: call.name === "pidstat" ? "e:" : "--plugin=" },
      };
    },
  }),
  ...all("top htop btop atop iotop iftop nethogs glances nmon slabtop powertop", {
    says: "Shows what runs here, again and again",
    kind: "none",
    rule: (call) => {
      const words = call.words();
      const batch = words.some((word) => /^-\w*b/u.test(word));
      if (!batch) call.scope.sheet.needsTty ??= call.name;
      if (!batch || !words.some((word) => /^-\w*n\d*/u.test(word))) call.scope.sheet.follows = true;
      return {
        says: "Shows what runs here, again and again",
        kind: "none",
        options: { loose: true, writes: call.name === "atop" ? "w:" : "" },
      };
    },
  }),
  ...all("kill pkill killall skill killall5", {
    rule: (call) => {
      const words = call.words();
      if (words.some((word) => /^-(?:l|L|-list|-table|V|-version)$/u.test(word))) {
        call.note("read", "Lists signals");
        return undefined;
      }
      if (words.some((word) => /^-(?:0|s0)$/u.test(word)) && call.name === "kill") {
        call.note("read", "Asks whether processes are there");
        return undefined;
      }
      const operands = call.args
        .filter((arg) => arg.text !== "--")
        .filter((arg, i) => !/^-(?:[A-Za-z]|\d{1,2}$)/u.test(arg.shown) || (i > 0 && /^-\d+$/u.test(arg.shown)));
      const names = listed(operands.map((arg) => arg.shown));
      call.note("modify", call.name === "kill" ? `Ends or signals ${names}` : `Ends or signals every process called ${names}`);
      for (const arg of operands) call.object("modify", arg, "process");
      const last = operands.at(-1)?.shown;
      if (call.name === "killall5" || (call.name === "kill" && operands.some((arg) => arg.shown === "-1")))
        call.risk("kill_all", "Ends every process this account may end, this session included.");
      else if (call.name === "kill" && last === "1") call.risk("kill_all", "Signals process 1, from which everything on the host hangs.");
      else if (call.name === "pkill" && (words.some((word) => /^-\w*[uU]$/u.test(word)) || last === "." || last === ".*"))
        call.risk("kill_all", "Ends every process that fits, this session maybe included.");
      return undefined;
    },
  }),
  ...all("fuser", { says: "Shows who uses {}", options: { loose: true, modify: "k --kill" } }),
  ...all("renice", { effect: "modify", says: "Changes how much of the processor {} gets", kind: "process" }),
  reptyr: { effect: "modify", says: "Takes over the terminal of {}", kind: "process", tty: true },
  sleep: { says: "Waits", kind: "none" },
  nice: { rule: wrapper({ options: { safe: "n: --adjustment= 0-9" }, alone: { effect: "read", says: "Shows how nice this session is" } }) },
  nohup: { rule: wrapper({ options: {}, effect: "append", says: "Adds what is shown to nohup.out" }) },
  time: {
    rule: wrapper({
      options: { safe: "p v f: --portability --verbose --format=", writes: "o: --output=" },
      alone: { effect: "read", says: "Measures nothing" },
    }),
  },
  timeout: {
    rule: wrapper({ options: { safe: "k: s: v f p --kill-after= --signal= --preserve-status --foreground --verbose" }, operands: 1 }),
  },
  stdbuf: { rule: wrapper({ options: { safe: "i: o: e: --input= --output= --error=" } }) },
  unbuffer: { rule: wrapper({ options: { safe: "p" } }) },
  setsid: { rule: wrapper({ options: { safe: "c f w --ctty --fork --wait" } }) },
  ionice: {
    rule: wrapper({
      options: { safe: "c: n: t --class= --classdata= --ignore", modify: "p: P: u: --pid= --pgid= --uid=" },
      alone: { effect: "read", says: "Shows how disks are shared out" },
    }),
  },
  taskset: {
    rule: wrapper({
      options: { safe: "c --cpu-list a --all-tasks", modify: "p --pid" },
      operands: 1,
      alone: { effect: "read", says: "Shows which processors a process may use" },
    }),
  },
  numactl: {
    rule: wrapper({
      options: { safe: "H --hardware s --show N: m: i: C: --cpunodebind= --membind= --interleave= --physcpubind= l --localalloc" },
      alone: { effect: "read", says: "Shows the nodes of memory" },
    }),
  },
  chrt: {
    rule: wrapper({
      options: { safe: "b f i o r m v R", modify: "p --pid" },
      operands: 1,
      alone: { effect: "read", says: "Shows how a process is scheduled" },
    }),
  },
  watch: { rule: watch },
  flock: { rule: flock },
  ...all("strace ltrace", {
    rule: wrapper({
      options: {
        safe: "f F c C q r t T v x y d i n e: s: S: P: a: I: O: b: u: X: U: k w tt --trace= --follow-forks",
        modify: "p: --attach=",
        writes: "o: --output=",
      },
      alone: { effect: "modify", says: "Stops and follows a process at each of its calls" },
    }),
  }),
  ...all("jps jstat jstack jinfo", {
    says: "Shows what a Java process does",
    kind: "none",
    options: { loose: true, modify: "-flag:", words: true },
  }),
  jmap: {
    says: "Shows the memory of a Java process",
    kind: "none",
    rule: (call) =>
      call.words().some((word) => word.startsWith("-dump"))
        ? { effect: "append", says: "Writes the memory of a Java process to a file", kind: "none" }
        : { says: "Shows the memory of a Java process", kind: "none" },
  },
  jcmd: {
    rule: (call) => {
      const words = call.words();
      const verb = words.find((word) => word.includes("."));
      if (
        call.args.every((arg) => arg.text !== undefined || arg.hole === "names") &&
        (words.length <= 1 ||
          words.includes("help") ||
          /^(?:Thread\.print|GC\.(?:class_histogram|heap_info|finalizer_info)|VM\.(?:flags|uptime|version|command_line|system_properties|info|native_memory|classloader_stats|metaspace)|Compiler\.queue)$/u.test(
            verb ?? "",
          ))
      )
        call.note("read", "Shows what a Java process does");
      else call.note("unknown", `What ${quoted(verb ?? "this")} does to a Java process is not known`);
      return undefined;
    },
  },
  "py-spy": { kind: "none", verbs: { dump: {}, top: { tty: true, follows: true }, record: { effect: "append" } } },
  ...all("gdb lldb", { effect: "unknown", says: "Opens a debugger, in which anything can be done", tty: true }),
  ...all("tmux screen byobu zellij", {
    rule: (call) => {
      const words = call.words();
      if (/^(?:ls|list-sessions|list-windows|list-panes|-ls|-list|-V|-v)$/u.test(words[0] ?? "") && call.args[0]!.text !== undefined)
        call.note("read", `Shows sessions of ${call.name}`);
      else {
        call.scope.sheet.needsTty ??= call.name;
        call.unclear(`Opens another terminal in ${call.name}, whose lines are not judged`);
      }
      return undefined;
    },
  }),
  script: {
    rule: (call) => {
      const options = { safe: "a q f e O: I: B: T: m: t?", runs: "c: --command=" };
      if (call.words().some((word) => /^(?:-[aqfe]*c|--command)/u.test(word)))
        return { options, effect: "append", says: "Writes what is shown to {}", empty: "typescript" };
      return { options, effect: "unknown", bare: "unknown", says: "Opens a shell of its own", tty: true };
    },
  },
};
