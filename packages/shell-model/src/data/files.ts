import { all, type Programs } from "../program.ts";
import { copy, remove, rights } from "../rules/deleting.ts";
import { dd, tee, truncate, writesSecond } from "../rules/files.ts";
import { find, parallel, xargs } from "../rules/search.ts";

/** Files and folders. Sources: the GNU coreutils 9.5, findutils 4.10 and util-linux 2.40 manuals. */
export const FILES: Programs = {
  ...all("ls dir vdir exa eza", { says: "Lists {}", empty: "this folder" }),
  ...all("tree", {
    says: "Lists {} and below",
    empty: "this folder",
    options: { loose: true, safe: "L: P: I:", writes: "o: --output=", modify: "R" },
  }),
  ...all(
    "stat file readlink realpath basename dirname namei getfacl lsattr pathchk cksum sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum",
    {
      says: "Shows what {} is",
    },
  ),
  file: { says: "Shows what {} is", options: { loose: true, safe: "m: F: f: P: e:", modify: "C --compile" } },
  du: { says: "Shows how much room {} takes", empty: "this folder" },
  df: { says: "Shows how full file systems are" },
  locate: { says: "Looks for files by name", kind: "none" },
  plocate: { says: "Looks for files by name", kind: "none" },
  which: { says: "Shows where {} is", kind: "none" },
  whereis: { says: "Shows where {} is", kind: "none" },
  cmp: { says: "Compares {}" },
  ...all("diff diff3 sdiff colordiff", {
    says: "Compares {}",
    options: { loose: true, writes: "o: --output=", opaque: "--diff-program=" },
  }),
  mountpoint: { says: "Shows whether {} is a mount point" },
  findmnt: { says: "Shows mounted file systems", kind: "none" },
  ncdu: { says: "Shows how much room {} takes", tty: true, options: { loose: true, writes: "o:" } },
  ...all("mkdir", { effect: "append", says: "Makes the folder {}", options: { safe: "p v m: --parents --verbose --mode= Z" } }),
  ...all("mkfifo mknod", { effect: "append", says: "Makes {}" }),
  touch: { effect: "append", says: "Makes {}, or sets when it was changed" },
  mktemp: { effect: "append", says: "Makes a temporary file", kind: "none" },
  ...all("rm rmdir unlink shred srm", { rule: remove }),
  ...all("cp mv install ln", { rule: copy }),
  link: { effect: "append", says: "Makes a link {}" },
  rename: { effect: "unknown", says: "Renames {}" },
  truncate: { rule: truncate },
  fallocate: {
    effect: "modify",
    says: "Changes the size of {}",
    options: { safe: "l: o: n v x i --length= --offset=", delete: "p z c d --punch-hole --zero-range --collapse-range --dig-holes" },
  },
  dd: { rule: dd },
  tee: { rule: tee },
  sponge: { effect: "modify", says: "Writes over {}", options: { safe: "", append: "a" } },
  split: { effect: "append", says: "Cuts {} into files", options: { loose: true, safe: "b: l: n: a: C: t:", runs: "--filter=" } },
  csplit: { effect: "append", says: "Cuts {} into files" },
  sync: { says: "Writes what is held in memory to the disks", effect: "session", kind: "none" },
  ...all("chmod chown chgrp setfacl chattr chcon restorecon setcap", { rule: rights }),
  getcap: { says: "Shows capabilities of {}" },
  find: { rule: find },
  ...all("fd fdfind", {
    effect: "read",
    says: "Searches files",
    kind: "none",
    options: { loose: true, opaque: "x X --exec --exec-batch" },
  }),
  xargs: { rule: xargs },
  parallel: { rule: parallel },
  uniq: { rule: writesSecond("c d D? i u z f: s: w:") },
  xxd: { rule: writesSecond("a b c: e g: h i l: o: p r s: u E C") },
};
