import { readFileSync } from "node:fs";

/** A shell as one signs in (`login`, with its motd and start-up files for that), or as a program starts one (`plain`). */
export type ShellMode = "login" | "plain";

/** A mark of ours: OSC 633;G, the nonce, a verb and what belongs to it. */
const mark = (text: string): string => String.raw`printf "\033]633;G;${text}\007"`;

/**
 * Finds the shell that would run anyway, turns echo off, says which it is, reads what to do about it up to a line `#end`, and does that. It holds
 * no secret, since everybody on the host sees it in the list of processes. One line without ', ! and newline, because the login shell of an
 * account reads it first and may be any: sh, fish, csh.
 */
const FIRST = [
  "t=$(stty -g 2>/dev/null)",
  "stty -echo -icanon min 1 time 0 2>/dev/null",
  // An account has a shell of its own; in a container it is the best there is.
  `s=; [ "$1" = login ] && s=\${SHELL:-}`,
  `[ -x "$s" ] || s=$(command -v bash || command -v zsh || command -v ash || command -v sh)`,
  String.raw`n=$(printf "\nx"); n=\${n%x}`.replace("\\$", "$"),
  `${mark(";ready;%s")} "$s"`,
  `c=; e=; while IFS= read -r l; do [ "$l" = "#end" ] && { e=1; break; }; c=$c$l$n; done`,
  `[ -n "$e" ] || exit 1`,
  `eval "$c"`,
].join("; ");

/** What a terminal runs for a shell that is integrated; what it then asks for is in ShellHandshake. */
export function bootstrapArgv(mode: ShellMode): string[] {
  return ["sh", "-c", FIRST, "interlock", mode];
}

const BASH = readFileSync(new URL("./integration.bash", import.meta.url), "utf8");
const ZSH = readFileSync(new URL("./integration.zsh", import.meta.url), "utf8");

const TERMINAL_AGAIN = 'stty "$t" 2>/dev/null || stty sane 2>/dev/null; SHLVL=0; export SHLVL';
const MOTD =
  '[ "$1" = login ] && [ -n "$SSH_CONNECTION" ] && { [ -e "$HOME/.hushlogin" ] || cat /run/motd.dynamic /etc/motd 2>/dev/null; }';

export interface ScriptOptions {
  /** Proves marks; letters and digits. */
  nonce: string;
  /** Lines wait for an answer before they run. */
  guard: boolean;
}

/** What the bootstrap does next for the shell at `path`, and what is typed into the shell then, if anything. */
export function bootstrapScript(path: string, { nonce, guard }: ScriptOptions): { script: string; typed?: string } {
  const filled = (text: string): string =>
    text
      .replaceAll(/^#.*\n/gmu, "")
      .replaceAll("@NONCE@", nonce)
      .replaceAll("@GUARD@", guard ? "1" : "0");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const show = mark(`${nonce};show`);
  const none = (why: string): string => mark(`${nonce};none;${why}`);
  if (name === "bash") {
    const inner = [
      "c=$IL; unset IL",
      "a=bash; [[ $1 == login ]] && a=-bash",
      `if ((BASH_VERSINFO[0] < 4)); then ${none("bash $BASH_VERSION hands no line over; 4.0 and newer do")}; exec -a $a "$0"; fi`,
      `exec 9< <(printf %s "$c")`,
      `ENV=/dev/fd/9; export ENV; exec -a $a "$0" --posix`,
    ].join("; ");
    return {
      script: [
        TERMINAL_AGAIN,
        show,
        MOTD,
        `IL=${quoted(filled(BASH))}; export IL`,
        `exec "$s" --norc --noprofile -c ${quoted(inner)} "$s" "$1"`,
      ].join("\n"),
    };
  }
  if (name === "zsh") {
    const inner = [
      "c=$IL; unset IL",
      "a=zsh; [[ $1 == login ]] && a=-zsh",
      `if [[ $ZSH_VERSION == (3|4|5.0)* ]]; then ${none("zsh $ZSH_VERSION hands no line over; 5.1 and newer do")}; ${show}; exec -a $a $0; fi`,
      "exec 9< <(print -rn -- $c)",
      `${mark(`${nonce};type`)}; exec -a $a $0 -f -i -o histignorespace`,
    ].join("; ");
    return {
      script: [TERMINAL_AGAIN, `IL=${quoted(filled(ZSH))}; export IL`, `exec "$s" -f -c ${quoted(inner)} "$s" "$1"`].join("\n"),
      // With a space before it, so that it is not in the history.
      typed: " builtin . /dev/fd/9\r",
    };
  }
  return {
    script: [
      TERMINAL_AGAIN,
      show,
      none("the shell there is $s_, and lines of bash and zsh alone are known").replace("$s_", plainName(name)),
      MOTD,
      // Not every shell takes -l beside nothing else, and some take it only so.
      `if [ "$1" = login ]; then exec "$s" -l; else exec "$s"; fi`,
    ].join("\n"),
  };
}

const plainName = (name: string): string => name.replaceAll(/[^\w.+-]/gu, "").slice(0, 40) || "of no name";

/** As one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
