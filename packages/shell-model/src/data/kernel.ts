import { quoted } from "../call.ts";
import { all, type Programs, verbs } from "../program.ts";
import { wrapper } from "../rules/wrappers.ts";

/** The kernel and the host as a whole. Sources: sysctl(8), kmod(8), shutdown(8), kexec(8), date(1), hostname(1). */
export const KERNEL: Programs = {
  ...all("reboot poweroff halt shutdown init telinit", {
    rule: (call) => {
      const words = call.words();
      if (call.name === "shutdown" && words.some((word) => /^(?:-c|--show)$/u.test(word))) {
        call.note(
          words.includes("-c") ? "modify" : "read",
          words.includes("-c") ? "Takes back a shutdown that was announced" : "Shows which shutdown was announced",
        );
        return undefined;
      }
      if (words.some((word) => /^(?:-w|--wtmp-only)$/u.test(word))) {
        call.note("append", "Adds a record as if the host stopped");
        return undefined;
      }
      const restarts = call.name === "reboot" || words.some((word) => /^(?:-r|--reboot|6)$/u.test(word));
      const level = call.name.endsWith("init");
      return {
        effect: "privilege",
        bare: "privilege",
        kind: "none",
        changesHost: true,
        says: restarts ? "Restarts the host" : level ? `Takes the host to run level ${quoted(words[0] ?? "?")}` : "Stops the host",
      };
    },
  }),
  kexec: { effect: "privilege", bare: "privilege", says: "Loads or starts another kernel", kind: "none", changesHost: true },
  sysctl: {
    kind: "name",
    rule: (call) => {
      const words = call.words();
      const writes =
        words.some((word) => /^(?:-\w*[wpf]|--(?:write|load|system))/u.test(word)) ||
        call.args.some((arg) => !arg.lead.startsWith("-") && (arg.shown.includes("=") || arg.mayBeOption));
      return writes
        ? { effect: "privilege", says: "Changes settings of the running kernel: {}", kind: "name" }
        : { says: "Shows settings of the running kernel", kind: "name" };
    },
  },
  ...all("lsmod modinfo", { says: "Shows modules of the kernel", kind: "none" }),
  ...all("modprobe insmod rmmod depmod", {
    effect: "privilege",
    says: "Changes which modules the kernel has: {}",
    kind: "name",
    options: { loose: true, shows: "n D c --dry-run --show-depends --show --showconfig --dump-modversions" },
  }),
  ...all(
    "update-grub grub-install grub2-mkconfig grub-mkconfig update-initramfs dracut mkinitcpio efibootmgr bootctl kernel-install installkernel grubby",
    {
      effect: "privilege",
      bare: "privilege",
      says: "Changes what the host starts from",
      kind: "none",
      options: { loose: true, shows: "v --info --default-kernel" },
    },
  ),
  efibootmgr: {
    effect: "privilege",
    bare: "read",
    says: "Changes what the host starts from",
    kind: "none",
    options: { shows: "v", privilege: "n: o: b: B c A a d: p: l: L: t: O N D" },
  },
  date: {
    kind: "none",
    rule: (call) => {
      const words = call.words();
      const sets =
        words.some((word) => /^(?:-\w*s|--set)/u.test(word)) ||
        call.args.some((arg, at) => /^\d{8}/u.test(arg.lead) && !/^-(?:d|f|r)$|^--(?:date|file|reference)$/u.test(words[at - 1] ?? ""));
      if (sets) call.note("privilege", "Sets the clock of the host");
      else call.note("read", "Shows the time");
      return undefined;
    },
  },
  hostname: {
    effect: "privilege",
    bare: "read",
    says: "Names the host {}",
    kind: "none",
    options: {
      shows: "f s i I d A a y --fqdn --long --short --ip-address --all-ip-addresses --domain --alias",
      privilege: "F: b --file= --boot",
    },
  },
  domainname: { effect: "privilege", bare: "read", kind: "none" },
  ...all("uname hostid runlevel getconf lsinitramfs cpuid", { says: "Shows what the host is", kind: "none" }),
  ldd: { effect: "unknown", says: "May run {} to see what it loads" },
  ...all("readelf objdump nm size addr2line", { says: "Shows what is in {}" }),
  ldconfig: {
    effect: "privilege",
    bare: "privilege",
    says: "Changes which libraries programs load",
    kind: "none",
    options: { loose: true, shows: "p --print-cache" },
  },
  ...all("perf", {
    kind: "none",
    verbs: verbs(
      { read: "list report annotate diff buildid-list evlist version", append: "record" },
      { script: { effect: "unknown" }, top: { tty: true, follows: true }, stat: { effect: "unknown" } },
    ),
  }),
  ...all("bpftool", {
    kind: "none",
    verbs: verbs(
      {},
      {
        prog: { verbs: verbs({ read: "show list dump", privilege: "load loadall pin attach detach run tracelog" }) },
        map: { verbs: verbs({ read: "show list dump lookup peek", privilege: "update delete create pin push pop" }) },
        net: { verbs: verbs({ read: "show list", privilege: "attach detach" }) },
      },
    ),
  }),
  ...all("bpftrace", { effect: "privilege", says: "Runs a program in the kernel", kind: "none", follows: true }),
  ...all("mcelog ras-mc-ctl edac-util", { says: "Shows faults of the hardware", kind: "none" }),
  ipmitool: {
    effect: "privilege",
    says: "Steers the hardware of the host",
    kind: "none",
    rule: (call) =>
      /^(?:.* )?(?:sdr|sel|sensor|fru|mc info|chassis status|power status|lan print|user list)(?: (?:list|elist|info|print|get|status).*)?$/u.test(
        call.words().join(" "),
      ) && !call.words().includes("clear")
        ? { says: "Shows the hardware of the host", kind: "none" }
        : { effect: "privilege", says: "Steers the hardware of the host", kind: "none" },
  },
  chroot: {
    rule: wrapper({
      options: { safe: "", opaque: "--userspec= --groups= --skip-chdir" },
      operands: 1,
      effect: "unknown",
      says: "In another root names may stand for other programs",
    }),
  },
  "tuned-adm": { kind: "none", verbs: verbs({ read: "active list profile_info recommend verify", privilege: "profile off auto_profile" }) },
};
