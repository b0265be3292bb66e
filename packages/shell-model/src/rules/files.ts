import type { Call } from "../call.ts";
import { listed, quoted } from "../call.ts";
import { isDevice, isSink, readsPath } from "../places.ts";
import { part, scan } from "../options.ts";
import type { Program } from "../program.ts";
import { constant } from "../words.ts";

/** `dd`: `of=` is written over. */
export function dd(call: Call): Program | undefined {
  for (const arg of call.args) {
    const key = /^([a-z]+)=/u.exec(arg.lead)?.[1];
    if (key === undefined || !/^(?:if|of|bs|ibs|obs|cbs|count|skip|iseek|seek|oseek|conv|status|iflag|oflag)$/u.test(key)) {
      call.note("unknown", `What ${quoted(arg.shown)} does to dd is not known`, arg);
      continue;
    }
    const value = part(arg, key.length + 1);
    if (key === "if") readsPath(value, call.scope.sheet);
    if (key === "of" && !(value.text !== undefined && isSink(value.text))) {
      if (!isDevice(value.shown)) call.note("modify", `Writes over ${quoted(value.shown)}`, arg);
      call.writes(value, "modify");
    }
  }
  call.note("read", "Copies bytes");
  return undefined;
}

/** `tee`: files, added to with -a. */
export function tee(call: Call): Program | undefined {
  const scanned = scan(call.args, { safe: "a i p --append --ignore-interrupts --output-error?" });
  for (const at of scanned.unlisted) call.note("unknown", `What ${quoted(at.shown)} does to tee is not known`, at);
  const adds = scanned.given.some((given) => given.name === "a" || given.name === "--append");
  call.note("read", "Shows its input");
  for (const arg of scanned.operands) {
    if (arg.text !== undefined && isSink(arg.text)) continue;
    if (arg.shown.startsWith(">(")) continue;
    call.note(adds ? "append" : "modify", `${adds ? "Adds to" : "Writes over"} ${quoted(arg.shown)}`, arg);
    call.writes(arg, adds ? "append" : "modify");
  }
  return undefined;
}

/** `truncate`: to nothing deletes the content. */
export function truncate(call: Call): Program | undefined {
  const scanned = scan(call.args, { safe: "s: r: c o --size= --reference= --no-create --io-blocks" });
  const size = scanned.given.find((given) => given.name === "s" || given.name === "--size")?.value?.text;
  const grows = size !== undefined && size.startsWith("+");
  const names = listed(scanned.operands.map((arg) => arg.shown));
  call.note(grows ? "append" : "delete", grows ? `Makes ${names} longer` : `Cuts off the content of ${names}`);
  for (const arg of scanned.operands) call.writes(arg, grows ? "append" : "delete");
  return undefined;
}

/** Programs whose second operand is a file they write: `uniq in out`, `xxd -r in out`. */
export function writesSecond(options: string): (call: Call) => Program | undefined {
  return (call) => {
    const scanned = scan(call.args, { safe: options, loose: true });
    const [input, output] = scanned.operands;
    if (scanned.operands.some((arg) => arg.splits && arg.hole !== "names"))
      call.note("modify", "One of its words may become a second one, which is written over");
    if (input) readsPath(input, call.scope.sheet);
    if (output && !(output.text !== undefined && (isSink(output.text) || output.text === "-"))) {
      call.note("modify", `Writes over ${quoted(output.shown)}`, output);
      call.writes(output, "modify");
    }
    call.note("read", `Shows what ${call.name} makes of its input`);
    return undefined;
  };
}

/** `tar`: old-style and dashed letters; what it does is the one letter of t, x, c, r, u, A, d. */
export function tar(call: Call): Program | undefined {
  const words = [...call.args];
  const first = words[0];
  if (first?.text !== undefined && /^[A-Za-z]+$/u.test(first.text)) {
    // `tar xzf a.tgz`: letters without a dash take their values from the words that follow, in order.
    const letters = first.text;
    words.splice(0, 1, { ...first, text: `-${letters}`, shown: `-${letters}`, lead: `-${letters}` });
    const valued = [...letters].filter((letter) => "fbCTXgVK".includes(letter));
    if (valued.length > 0) {
      const plain = [...letters].filter((letter) => !"fbCTXgVK".includes(letter)).join("");
      const values = words.splice(1, valued.length);
      words.splice(0, 1, ...(plain === "" ? [] : [constant(`-${plain}`, first, false)]));
      valued.forEach((letter, i) => {
        if (values[i]) words.push(constant(`-${letter}`, first, false), values[i]);
      });
    }
  }
  const scanned = scan(words, {
    safe: "t --list d --diff --compare v z j J Z a p P h S k W O B i l m o w R s f: b: C: T: X: V: K: L: N: --file= --directory= --verbose --gzip --gunzip --bzip2 --xz --zstd --lzma --lz4 --auto-compress --exclude= --exclude-from= --exclude-vcs --files-from= --strip-components= --wildcards --no-wildcards --anchored --to-stdout --keep-old-files --skip-old-files --same-owner --no-same-owner --same-permissions --no-same-permissions --preserve-permissions --numeric-owner --sparse --dereference --one-file-system --totals? --checkpoint? --format= --sort= --mtime= --owner= --group= --mode= --transform= --xform= --null --xattrs --acls --selinux --absolute-names --newer= --full-time --show-transformed-names --ignore-failed-read --warning= --blocking-factor= --record-size= --no-recursion --recursion --occurrence? --block-number --utc --index-file= --level= g: --listed-incremental= --overwrite --overwrite-dir --no-overwrite-dir --unlink-first U --recursive-unlink --verify --version --help",
    modify: "x --extract --get",
    append: "c --create r --append u --update A --catenate --concatenate",
    delete: "--delete --remove-files",
    opaque:
      "I: --use-compress-program= --to-command= --checkpoint-action= --info-script= --new-volume-script= F: --rsh-command= --rmt-command= -H",
  });
  for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to tar is not known`, at);
  const archive = scanned.given.find((given) => given.name === "f" || given.name === "--file")?.value;
  const toOutput = scanned.given.some((given) => given.name === "O" || given.name === "--to-stdout");
  const folder = scanned.given.find((given) => given.name === "C" || given.name === "--directory")?.value;
  const shown = archive ? quoted(archive.shown) : "the archive";
  let acts = false;
  for (const given of scanned.given) {
    if (given.meaning === "opaque") call.unclear(`tar ${given.name.length === 1 ? `-${given.name}` : given.name} runs a program`, given.at);
    if (given.meaning === "delete")
      call.note("delete", given.name === "--delete" ? `Deletes from ${shown}` : "Deletes the files it has packed", given.at);
    if (given.meaning === "modify") {
      acts = true;
      if (toOutput) call.note("read", `Shows what is in ${shown}`);
      else {
        call.note("modify", `Unpacks ${shown}${folder ? ` into ${quoted(folder.shown)}` : ""}, over what is there`);
        if (folder) call.writes(folder, "modify");
      }
      if (scanned.given.some((other) => /^(?:P|--absolute-names)$/u.test(other.name)))
        call.note("privilege", "Lets the archive write anywhere on the host");
    }
    if (given.meaning === "append") {
      acts = true;
      const creates = given.name === "c" || given.name === "--create";
      if (creates && (!archive || archive.text === "-" || (archive.text !== undefined && isSink(archive.text))))
        call.note("read", "Packs files into its output");
      else {
        call.note(creates ? "modify" : "append", creates ? `Packs files into ${shown}, over what is there` : `Adds to ${shown}`);
        if (archive) call.writes(archive, creates ? "modify" : "append");
      }
      for (const arg of scanned.operands) readsPath(arg, call.scope.sheet);
    }
  }
  if (archive && /^[^/]*:/u.test(archive.shown)) call.unclear("tar reaches another host for the archive", archive);
  if (!acts) call.note("read", `Lists what is in ${shown}`);
  return undefined;
}
