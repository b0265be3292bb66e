/** What an operating system command (OSC) comes to. */
export type OperatingCommand =
  /** Bytes to pass on instead of it. */
  { kind: "pass"; text: string } | { kind: "note"; note: TerminalNote } | { kind: "drop" };

/** What a program says about itself instead of showing it. None of it is masked. */
export type TerminalNote =
  /** Its title (OSC 0, 1, 2): shown beside the terminal's own name, never instead of it or of the room's. */
  | { kind: "title"; title: string }
  /** Its folder (OSC 7, 633;P;Cwd). */
  | { kind: "folder"; path: string; host?: string }
  | { kind: "mark"; mark: ShellMark }
  | ShellWord;

/**
 * What Interlock's own integration of a shell tells (OSC 633;G): as it was sent, nothing cleaned or masked, since it is judged by the byte.
 * `nonce` is empty before the shell was given one.
 */
export interface ShellWord {
  kind: "word";
  nonce: string;
  verb: string;
  rest: string;
}

/**
 * What shell integration tells (OSC 133 of FinalTerm, 633 of VS Code): the prompt begins, the command line begins, the command's output
 * begins, the command is over, and its text. `nonce` is what the integration was given to prove itself; a program can print marks as well.
 */
export type ShellMark =
  | { kind: "prompt"; nonce?: string }
  | { kind: "input"; nonce?: string }
  | { kind: "output"; nonce?: string }
  | { kind: "finished"; exitCode?: number; nonce?: string }
  | { kind: "command"; text: string; nonce?: string };

/** Longest text of a title, in characters; what is beyond is cut. */
const TITLE_CHARS = 200;
const PATH_CHARS = 1024;
/** Schemes a link may have: nothing that runs or reads on the machine of who clicks. */
const LINK = /^(?:https?:\/\/|mailto:)[\x21-\x7e]+$/i;
const LINK_ID = /^[\w.:/-]{1,64}$/;

/** Control characters, and what reorders or hides text beside it (Trojan Source). */
const UNSHOWABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

const clean = (text: string, most: number): string => [...text.replaceAll(UNSHOWABLE, "")].slice(0, most).join("").trim();

/** Reads the text between `OSC` and its end. */
export function readOperatingCommand(text: string): OperatingCommand {
  const semicolon = text.indexOf(";");
  const number = semicolon < 0 ? text : text.slice(0, semicolon);
  const rest = semicolon < 0 ? "" : text.slice(semicolon + 1);
  switch (number) {
    case "0":
    case "1":
    case "2":
      return { kind: "note", note: { kind: "title", title: clean(rest, TITLE_CHARS) } };
    case "7":
      return folder(rest);
    case "8":
      return link(rest);
    case "133":
    case "633":
      return mark(rest);
    default:
      // Also 4, 10, 11 …: colours that are set stay for everybody, and the same commands ask.
      return { kind: "drop" };
  }
}

/** `8;id=x;https://…`. A link that may not be is an end of links, so that its text does not become part of the one before. */
function link(rest: string): OperatingCommand {
  const semicolon = rest.indexOf(";");
  if (semicolon < 0) return { kind: "drop" };
  const address = rest.slice(semicolon + 1);
  if (!LINK.test(address)) return { kind: "pass", text: "\u001b]8;;\u001b\\" };
  const id = /(?:^|:)id=([^:]*)/.exec(rest.slice(0, semicolon))?.[1];
  return { kind: "pass", text: `\u001b]8;${id !== undefined && LINK_ID.test(id) ? `id=${id}` : ""};${address}\u001b\\` };
}

function folder(rest: string): OperatingCommand {
  const found = /^file:\/\/([^/]*)(\/.*)$/s.exec(rest);
  if (found === null) return { kind: "drop" };
  const [, host = "", path = ""] = found;
  const shown = clean(decoded(path), PATH_CHARS);
  return { kind: "note", note: { kind: "folder", path: shown, ...(host !== "" && { host: clean(decoded(host), 255) }) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A per cent sign that encodes nothing: the path as it was written.
    return text;
  }
}

function mark(rest: string): OperatingCommand {
  const word = /^G;([A-Za-z0-9]*);([a-z]+)(?:;(.*))?$/su.exec(rest);
  if (word !== null) return { kind: "note", note: { kind: "word", nonce: word[1]!, verb: word[2]!, rest: word[3] ?? "" } };
  const [letter = "", ...fields] = rest.split(";");
  const named = new Map(fields.filter((field) => field.includes("=")).map((field) => [field.slice(0, field.indexOf("=")), field]));
  const nonce = named.get("nonce")?.slice("nonce=".length);
  const signed = nonce === undefined ? {} : { nonce };
  const note = (shell: ShellMark): OperatingCommand => ({ kind: "note", note: { kind: "mark", mark: shell } });
  switch (letter) {
    case "A":
      return note({ kind: "prompt", ...signed });
    case "B":
      return note({ kind: "input", ...signed });
    case "C":
      return note({ kind: "output", ...signed });
    case "D": {
      const code = fields[0];
      return note({ kind: "finished", ...(code !== undefined && /^\d{1,3}$/.test(code) && { exitCode: Number(code) }), ...signed });
    }
    case "E": {
      // VS Code's third field is the nonce itself.
      const given = fields[1] ?? nonce;
      return note({ kind: "command", text: unescaped(fields[0] ?? ""), ...(given !== undefined && { nonce: given }) });
    }
    case "P": {
      const path = named.get("Cwd")?.slice("Cwd=".length);
      return path === undefined ? { kind: "drop" } : { kind: "note", note: { kind: "folder", path: clean(unescaped(path), PATH_CHARS) } };
    }
    default:
      return { kind: "drop" };
  }
}

/** `\x3b` and `\\`, with which semicolons, line ends and backslashes are written. Line ends stay: a command may have several lines. */
const unescaped = (text: string): string =>
  text
    .replaceAll(/\\(?:x([0-9a-fA-F]{2})|\\)/g, (_, hex?: string) =>
      hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replaceAll(UNSHOWABLE, (found) => (found === "\n" || found === "\t" ? found : ""));
