import { all, type Programs } from "../program.ts";
import { tar } from "../rules/files.ts";

/** Archives and compression. Sources: GNU tar 1.35, gzip(1), zip(1), unzip(1), 7z, cpio(1). */
export const ARCHIVES: Programs = {
  ...all("tar gtar bsdtar", { rule: tar }),
  ...all("gzip bzip2 xz zstd lz4 lzma compress pigz pbzip2 brotli", {
    effect: "modify",
    bare: "read",
    says: "Packs {} and puts the packed file in its place",
    options: { loose: true, shows: "c l t --stdout --to-stdout --list --test", writes: "o: --output=" },
  }),
  ...all("gunzip bunzip2 unxz unzstd unlz4 uncompress", {
    effect: "modify",
    bare: "read",
    says: "Unpacks {} in its place",
    options: { loose: true, shows: "c l t --stdout --to-stdout --list --test" },
  }),
  zip: {
    effect: "modify",
    says: "Packs {}",
    options: { safe: "r q v 0-9 j y x i n: e u f g", shows: "sf", delete: "m d", opaque: "T TT: -unzip-command= --unzip-command=" },
  },
  unzip: { effect: "modify", says: "Unpacks {}", options: { safe: "o n q d: x j P: a C L U V", shows: "l v t p c Z z" } },
  zipinfo: { says: "Lists what is in {}" },
  ...all("7z 7za 7zr", {
    verbs: {
      l: {},
      t: {},
      i: {},
      h: {},
      x: { effect: "modify" },
      e: { effect: "modify" },
      a: { effect: "modify" },
      u: { effect: "modify" },
      d: { effect: "delete" },
      rn: { effect: "modify" },
    },
  }),
  ...all("unrar", { verbs: { l: {}, lt: {}, v: {}, t: {}, p: {}, x: { effect: "modify" }, e: { effect: "modify" } } }),
  cpio: {
    effect: "modify",
    says: "Packs or unpacks files",
    kind: "none",
    options: { loose: true, shows: "t --list", opaque: "H: --rsh-command= F: --to-command=" },
  },
  ar: { effect: "modify", says: "Changes {}", options: { loose: true } },
  zstdless: { says: "Shows {}", tty: true },
};
