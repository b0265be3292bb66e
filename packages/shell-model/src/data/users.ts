import { all, type Programs } from "../program.ts";
import { env, su, sudo, wrapper } from "../rules/wrappers.ts";

/** People, rights, and becoming somebody else. Sources: shadow 4, sudo(8), doas(1), util-linux, polkit. */
export const USERS: Programs = {
  sudo: { rule: sudo },
  doas: { rule: wrapper({ options: { safe: "n u: a: L", opaque: "s C:" }, assignments: true, runsAs: { user: "root", options: ["u"] } }) },
  pkexec: {
    rule: wrapper({
      options: { safe: "u: --user= --disable-internal-agent --keep-cwd" },
      runsAs: { user: "root", options: ["u", "--user"] },
    }),
  },
  ...all("su runuser", { rule: su }),
  env: { rule: env },
  printenv: { says: "Shows the environment", kind: "none" },
  ...all("sudoedit", { effect: "modify", says: "Opens {} in an editor", tty: true, options: { safe: "n A B E H k S u: g: --user=" } }),
  ...all("visudo vipw vigr", {
    effect: "privilege",
    bare: "privilege",
    says: "Opens who may do what in an editor",
    kind: "none",
    rule: (call) => {
      if (call.words().some((word) => /^-\w*c|^--check/u.test(word))) {
        call.note("read", "Checks the file of rights");
        return undefined;
      }
      return { effect: "privilege", bare: "privilege", says: "Opens who may do what in an editor", kind: "none", tty: true };
    },
  }),
  passwd: {
    effect: "privilege",
    bare: "privilege",
    says: "Changes the password of {}",
    kind: "user",
    tty: true,
    options: { loose: true, shows: "S --status a --all" },
  },
  chpasswd: { effect: "privilege", bare: "privilege", says: "Sets passwords", kind: "none" },
  chage: {
    effect: "privilege",
    says: "Changes when the password of {} ends",
    kind: "user",
    options: {
      shows: "l --list",
      privilege: "d: E: I: m: M: W: --lastday= --expiredate= --inactive= --mindays= --maxdays= --warndays=",
      safe: "i --iso8601",
    },
  },
  ...all("useradd adduser usermod groupadd addgroup groupmod groupmems gpasswd newusers newgrp chfn chsh", {
    effect: "privilege",
    bare: "privilege",
    says: "Changes accounts: {}",
    kind: "user",
  }),
  ...all("userdel deluser groupdel delgroup", { effect: "privilege", says: "Deletes the account {}", kind: "user" }),
  faillock: {
    bare: "read",
    effect: "read",
    says: "Shows failed sign-ins",
    kind: "none",
    options: { safe: "u: --user= --dir=", modify: "--reset" },
  },
  ...all("pam_tally2", { says: "Shows failed sign-ins", kind: "none", options: { loose: true, modify: "r --reset" } }),
  ...all("getent", { says: "Shows accounts or names", kind: "none" }),
  ...all("aa-status sestatus getenforce getsebool seinfo sesearch ausearch aureport klist", {
    says: "Shows what protects the host",
    kind: "none",
  }),
  klist: { says: "Shows tickets", kind: "none" },
  ...all("kinit kdestroy", { effect: "session", says: "Changes tickets of this session", kind: "none" }),
  setenforce: { effect: "privilege", says: "Switches what protects the host", kind: "none" },
  ...all("semanage setsebool semodule aa-enforce aa-complain aa-disable apparmor_parser", {
    effect: "privilege",
    says: "Changes what protects the host",
    kind: "none",
  }),
  auditctl: { effect: "privilege", says: "Changes what the host records", kind: "none", options: { loose: true, shows: "l s" } },
  "ssh-keygen": {
    effect: "append",
    says: "Makes a key",
    kind: "none",
    options: {
      safe: "t: b: f: C: N: P: E: m: v q a: O: I: n: V: z:",
      shows: "l L y B F: r:",
      modify: "p c",
      delete: "R:",
      privilege: "s: h A k: H",
      opaque: "D: w: M: Y:",
    },
  },
  "ssh-keyscan": { says: "Shows keys of hosts", kind: "host" },
  "ssh-add": {
    effect: "session",
    says: "Gives keys to the agent of this session",
    kind: "none",
    options: { loose: true, shows: "l L", opaque: "s: S: e:" },
  },
  "ssh-agent": {
    effect: "session",
    says: "Starts an agent for keys",
    kind: "none",
    bare: "session",
    options: { safe: "s c k a: t: d D E:" },
    rule: (call) =>
      call.args.some((arg) => !arg.lead.startsWith("-"))
        ? wrapper({ options: { safe: "s c k a: t: d D E:" } })(call)
        : { effect: "session", bare: "session", says: "Starts an agent for keys", kind: "none" },
  },
  "ssh-copy-id": { effect: "privilege", says: "Lets a key sign in at {}", kind: "host" },
  gpg: {
    effect: "unknown",
    says: "Uses keys",
    kind: "none",
    options: {
      safe: "a v q --armor --batch --with-colons --keyid-format= --no-tty --status-fd= --with-fingerprint",
      shows:
        "k K --list-keys --list-secret-keys --list-sigs --check-sigs --fingerprint --list-packets --verify --version --list-public-keys --print-md",
      delete: "--delete-keys --delete-secret-keys",
      privilege: "--import --edit-key --sign-key --gen-key --full-generate-key --export-ownertrust --import-ownertrust",
    },
  },
};
