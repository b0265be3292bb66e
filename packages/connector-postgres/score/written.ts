import { EFFECTS } from "@interlock/protocol";
import { EVASIONS } from "../src/evasions.data.ts";
import { postgres } from "../src/index.ts";
import { statementTrees } from "../src/statement-tree.ts";
import { unreadable } from "../src/syntax.ts";
import { runCase } from "./case.ts";
import type { Lane } from "./lane.ts";
import { inOlder } from "./older.ts";
import { runOutside } from "./outside.ts";
import { SECTIONS } from "./table/sections.ts";
import type { Tally } from "./tally.ts";

/** Every statement written by hand; `user` is the lane of the role without rights. */
export async function runWritten(lane: Lane, user: Lane, tally: Tally): Promise<void> {
  const [server] = await lane.query("SELECT current_setting('server_version_num')::int AS version");
  for (const section of SECTIONS) {
    if ((section.since ?? 0) > Number(server?.["version"])) continue;
    const on = section.asUser ? user : lane;
    const version = Number(server?.["version"]);
    const setup = section.setup.map((text) => inOlder(text, version)).filter((text) => isReadable(text, version));
    await on.build(setup);
    for (const text of section.statements) tally.add(await runCase(on, section.name, text, false), setup, false);
  }
  await runOutside(lane, Number(server?.["version"]), tally);
}

/** An older server gets a schema without what only a newer one reads. */
const isReadable = (text: string, version: number): boolean =>
  statementTrees(text).statements.every(({ tree }) => tree === undefined || unreadable(tree, version).length === 0);

/** The evasions that are called less than they are; see src/evasions.data.ts. */
export function evaded(): { text: string; detail: string }[] {
  return EVASIONS.flatMap(([text, effect]) => {
    const called = Math.max(...postgres.parse(text).statements.map((statement) => EFFECTS.indexOf(statement.effect)));
    return called < EFFECTS.indexOf(effect) ? [{ text, detail: `called ${EFFECTS[called]}, is ${effect}` }] : [];
  });
}

export const EVASION_COUNT = EVASIONS.length;
