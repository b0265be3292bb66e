import type { Program, Programs } from "./program.ts";
import { TOPICS } from "./data/topics.ts";

/** Folders whose programs are the known ones, if any are. */
const USUAL = /^(?:\/usr)?(?:\/local)?\/s?bin\/([^/]+)$/u;

let table: Map<string, Program> | undefined;

function programs(): Map<string, Program> {
  if (table) return table;
  table = new Map();
  for (const topic of TOPICS as readonly Programs[]) for (const [name, program] of Object.entries(topic)) table.set(name, program);
  return table;
}

/** What is known of the program a name stands for; a path counts where it leads into a folder of the host's own programs. */
export function programOf(name: string): { name: string; program: Program } | undefined {
  const base = name.includes("/") ? USUAL.exec(name)?.[1] : name;
  if (base === undefined) return undefined;
  const plain = VERSIONED.exec(base)?.[1] ?? base;
  const program = programs().get(base) ?? programs().get(plain);
  // Builtins have no path.
  if (!program || (program.builtin && name.includes("/") && !ALSO_PROGRAMS.has(base))) return undefined;
  return { name: programs().has(base) ? base : plain, program };
}

/** `python3.11`, `php8.2`, `node20`. */
const VERSIONED = /^(python|pip|php|perl|ruby|node|lua|gcc|psql|iptables)\d+(?:\.\d+)*$/u;

const ALSO_PROGRAMS = new Set(["echo", "printf", "test", "[", "true", "false", "pwd", "kill"]);

/** Every name that is known, for tests and docs. */
export function knownNames(): string[] {
  return [...programs().keys()].sort();
}
