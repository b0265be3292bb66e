/** What a shell writes first to say that it is there: its process, between two bytes that a terminal shows nothing of. */
export const BEGUN = /\0(\d+)\0/;

/** Prints the mark; a terminal's name that all curses programs know. */
const BEGIN = String.raw`printf '\000%s\000' "$$"; TERM=xterm-256color; export TERM; `;

/** Becomes the best shell there is. */
const BECOME = `${BEGIN}if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh`;

/** How a shell is come by, best first: `sh` finds bash by itself; an image may have bash alone. */
export const SHELLS: readonly (readonly string[])[] = [
  ["sh", "-c", BECOME],
  ["bash", "-c", BECOME],
];

/**
 * Whether a program is a text of sh that becomes a shell: `sh -c TEXT interlock …`, as the integration of shells asks for one. It is a shell like
 * those above, with a beginning of its own.
 */
export const isShellText = (argv: readonly string[]): boolean => argv[0] === "sh" && argv[1] === "-c" && argv[3] === "interlock";

/** The same, so that it says its process first. */
export const begunFirst = ([sh = "", option = "", text = "", ...rest]: readonly string[]): readonly string[] => [
  sh,
  option,
  BEGIN + text,
  ...rest,
];

/** Variables as a shell takes them, before what it is to become. Names that are none are left out. */
export function withVariables(script: string, variables: Readonly<Record<string, string>>): string {
  const set = Object.entries(variables).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return [...set.map(([name, value]) => `${name}=${quoted(value)}; export ${name}; `), script].join("");
}

/** The same for a container that begins before anybody has joined it: it waits for the first line, so that nothing of it is missed. */
export const WAITING_SHELL: readonly string[] = [
  "sh",
  "-c",
  `stty -echo 2>/dev/null; read -r REPLY; unset REPLY; stty echo 2>/dev/null; ${BECOME}`,
];

/**
 * Ends a process as a hang-up does, and harder where it stays. What an interactive bash started gets the signal from bash, and what is in front
 * of any shell from the kernel once it has gone.
 */
export const endingScript = (pid: number): readonly string[] => [
  "sh",
  "-c",
  `kill -HUP ${pid} 2>/dev/null; for i in 1 2 3 4; do kill -0 ${pid} 2>/dev/null || exit 0; sleep 0.1 2>/dev/null || sleep 1; done; kill -KILL ${pid} 2>/dev/null; exit 9`,
];

/**
 * Whether a runtime's words say that the program is not in the container's image. containerd, CRI-O and Docker pass on runc's words, crun has its
 * own; where a runtime gives an exit code instead it is the shells' 126 or 127.
 */
export const isMissing = (words: string): boolean =>
  /executable file .*not found|no such file or directory|not found in \$PATH|: not found\b/i.test(words);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
