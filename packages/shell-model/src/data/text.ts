import { all, type Programs } from "../program.ts";
import { awk } from "../rules/awk.ts";
import { sed } from "../rules/sed.ts";

const PAGER_OPTIONS = {
  loose: true as const,
  safe: "p: P: x: y: z: h: j: b: D: #:",
  opaque: "k: --lesskey-file= --lesskey-src= --lesskey-content= t: T:",
  writes: "o: O: --log-file= --LOG-FILE=",
  follows: "--follow-name",
};

/** Text, read and turned. Sources: GNU coreutils, grep 3.11, gawk 5.3, sed 4.9, jq 1.7, less(1). */
export const TEXT: Programs = {
  ...all("cat tac nl rev zcat bzcat xzcat zstdcat lz4cat gzcat", { says: "Shows {}" }),
  bat: { says: "Shows {}", options: { loose: true, opaque: "--pager=" } },
  batcat: { says: "Shows {}", options: { loose: true, opaque: "--pager=" } },
  head: { says: "Shows the beginning of {}", options: { loose: true, safe: "n: c: --lines= --bytes= 0-9" } },
  tail: {
    says: "Shows the end of {}",
    options: { loose: true, safe: "n: c: s: --lines= --bytes= --pid= --sleep-interval= 0-9 +", follows: "f F --follow? --retry" },
  },
  multitail: { says: "Shows the end of {}", follows: true, tty: true, options: { loose: true, opaque: "l: L: ex: ke:", runs: "" } },
  ...all("grep egrep fgrep zgrep zegrep zfgrep bzgrep xzgrep", {
    says: "Looks for text",
    kind: "none",
  }),
  rg: { says: "Looks for text", kind: "none", options: { loose: true, opaque: "--pre= --hostname-bin=" } },
  ag: { says: "Looks for text", kind: "none", options: { loose: true, opaque: "--pager=" } },
  ack: { says: "Looks for text", kind: "none", options: { loose: true, opaque: "--pager= --ackrc=" } },
  sort: {
    says: "Sorts {}",
    options: {
      safe: "b d f g h i M n R r V c C m s u z k: t: S: T: --ignore-leading-blanks --dictionary-order --ignore-case --general-numeric-sort --ignore-nonprinting --month-sort --human-numeric-sort --numeric-sort --random-sort --random-source= --reverse --sort= --version-sort --batch-size= --check? --debug --files0-from= --key= --merge --stable --buffer-size= --field-separator= --temporary-directory= --parallel= --unique --zero-terminated",
      writes: "o: --output=",
      opaque: "--compress-program=",
    },
  },
  shuf: { says: "Shuffles {}", options: { loose: true, writes: "o: --output=" } },
  ...all(
    "wc cut paste join comm tr fold fmt expand unexpand column col colrm pr od hexdump hd strings base32 base64 basenc rot13 look tsort numfmt ts iconv gron htmlq pup csvlook csvcut csvgrep csvstat",
    {
      says: "Shows what {} holds, in another form",
    },
  ),
  tr: { says: "Replaces characters", kind: "none" },
  iconv: { says: "Shows {} in another encoding", options: { loose: true, safe: "f: t:", writes: "o: --output=" } },
  ...all("dos2unix unix2dos", { effect: "modify", says: "Changes line ends of {}" }),
  ...all("seq factor expr bc numsum", { says: "Calculates", kind: "none" }),
  dc: { says: "Calculates", kind: "none", options: { safe: "V h --version --help", opaque: "e: f: --expression= --file=" } },
  yes: { says: "Writes the same line without end", kind: "none", follows: true },
  ...all("jq jaq", { says: "Shows parts of JSON", kind: "none", options: { loose: true } }),
  xq: { says: "Shows parts of XML", kind: "none", options: { loose: true, modify: "i --in-place" } },
  yq: {
    says: "Shows parts of YAML",
    kind: "none",
    options: { loose: true, modify: "i --inplace --in-place w", append: "s: --split-exp=" },
  },
  xmllint: { says: "Shows {}", options: { loose: true, writes: "o: --output=", tty: "--shell" } },
  ...all("awk gawk mawk nawk", { rule: awk }),
  ...all("sed gsed", { rule: sed }),
  envsubst: { says: "Puts variables into a text", kind: "none" },
  ...all("less zless bzless xzless most", {
    rule: (call) => {
      // `+F`, `+G`, `+12`, `+/word` go somewhere; other commands after a plus may run something.
      const table = PAGER_OPTIONS;
      const goes = call.args.every((arg) => !arg.lead.startsWith("+") || /^\+\+?(?:F|G|g|p|\d+|\/[\w .:-]*)$/u.test(arg.text ?? ""));
      if (call.words().some((word) => word === "+F")) call.scope.sheet.follows = true;
      return {
        says: "Shows {}",
        tty: true,
        options: goes ? { ...table, safe: `${table.safe} +` } : { ...table, opaque: `${table.opaque} +` },
      };
    },
  }),
  ...all("more zmore pg", { says: "Shows {}", tty: true, options: { loose: true, opaque: "", safe: "+ 0-9" } }),
  man: {
    says: "Shows the manual of {}",
    kind: "none",
    tty: true,
    options: { loose: true, opaque: "P: --pager= H? --html? C: --config-file= L: p:" },
  },
  ...all("apropos whatis tldr cheat figlet cal ncal banner clear reset tput", { says: "Shows something to read", kind: "none" }),
  info: {
    says: "Shows the manual of {}",
    kind: "none",
    tty: true,
    options: { loose: true, writes: "o: --output= --dribble=", opaque: "--init-file= --restore=" },
  },
  tput: { says: "Sets up the terminal", kind: "none" },
  stty: { effect: "session", bare: "read", says: "Sets up the terminal", kind: "none", options: { loose: true, shows: "a --all g" } },
  ...all("openssl", {
    options: { words: true, loose: true, opaque: "-engine: -provider: -provider-path: -config:" },
    verbs: {
      version: {},
      ciphers: {},
      dgst: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
      md5: {},
      sha256: {},
      list: {},
      errstr: {},
      speed: { follows: true },
      verify: { options: { words: true, loose: true, opaque: "-engine: -provider:" } },
      asn1parse: { options: { words: true, loose: true, writes: "-out: -strout:" } },
      x509: {
        says: "Shows a certificate",
        options: {
          words: true,
          loose: true,
          writes: "-out:",
          modify: "-CAcreateserial -req -signkey: -key:",
          opaque: "-engine: -provider:",
        },
        kind: "none",
      },
      crl: { options: { words: true, loose: true, writes: "-out:" } },
      req: {
        says: "Shows a request for a certificate",
        options: {
          words: true,
          loose: true,
          writes: "-out: -keyout:",
          append: "-new -newkey: -x509",
          opaque: "-engine: -config: -provider:",
        },
      },
      rsa: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
      pkey: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
      ec: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
      pkcs12: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
      rand: { options: { words: true, loose: true, writes: "-out:" } },
      base64: { options: { words: true, loose: true, writes: "-out:" } },
      s_client: {
        says: "Asks a server for its certificate",
        kind: "none",
        options: { words: true, loose: true, opaque: "-engine: -provider: -sess_out: -keylogfile:" },
      },
      genrsa: { effect: "append", options: { words: true, loose: true, writes: "-out:", opaque: "-engine:" } },
      genpkey: { effect: "append", options: { words: true, loose: true, writes: "-out:", opaque: "-engine:" } },
      enc: { options: { words: true, loose: true, writes: "-out:", opaque: "-engine: -provider:" } },
    },
  }),
};
