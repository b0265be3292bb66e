/** The last key of a statement to its impact at another person's room socket, through front and agent; alone, and while others type in the same document. */
import { setTimeout as sleep } from "node:timers/promises";
import { signIn } from "../apps/agent/test/people.ts";
import { startBenchAgent, type BenchAgent } from "./measure/agent.ts";
import { seeded } from "./measure/chance.ts";
import { demoDatabase } from "./measure/demo-database.ts";
import { DEMO_STATEMENTS } from "./measure/demo-statements.ts";
import { DraftPage } from "./measure/drafting.ts";
import type { Benchmark, Report } from "./measure/figure.ts";
import { startFront } from "./measure/front.ts";
import { percentile } from "./measure/percentile.ts";
import { Typist, typeLikeAPerson } from "./measure/typist.ts";

const GOAL_MS = 300;
/** Longest wait for one draft; a statement that has none by then fails the run. */
const PATIENCE_MS = 10_000;
/** Characters of each statement that are typed; what is before them is pasted. */
const TYPED = 6;
const OTHERS = 3;
const STATEMENTS = DEMO_STATEMENTS.filter((statement) => !/^(SELECT|WITH|EXPLAIN)/.test(statement));
const CHATTER = "-- and meanwhile somebody else writes down what was seen in the logs of the night ";

interface Seat {
  id: string;
  editor: Typist;
  page: DraftPage;
}

const draft: Benchmark = async (report, small) => {
  const database = await demoDatabase();
  const owned: (() => unknown)[] = [() => database.stop()];
  try {
    const agent = await startBenchAgent(database.url, database.target);
    owned.push(() => agent.stop());
    const front = await startFront(agent.process.port);
    owned.push(() => front.stop());
    const seats: Seat[] = [];
    for (let person = 0; person <= OTHERS; person++) seats.push(await sitDown(agent, front.port, `person-${person}`, owned));
    const [author, ...others] = seats as [Seat, ...Seat[]];
    for (const { editor } of others) editor.stroke("\n\n");
    const measure = (statements: readonly string[]): Promise<number[]> => typeStatements(agent.documentId, author, others[0]!, statements);
    const statements = small ? STATEMENTS.slice(0, 2) : STATEMENTS;
    if (!small) await measure(STATEMENTS.slice(0, 4));
    say(report, "last key to another's impact", await measure(statements));
    const over = new AbortController();
    const chatting = others.map((other, index) => chat(agent.documentId, other, seeded(index + 2), over.signal));
    try {
      say(report, `last key to another's impact, ${OTHERS} others typing`, await measure(statements));
    } finally {
      over.abort();
      await Promise.all(chatting);
    }
  } finally {
    for (const end of owned.toReversed()) await end();
  }
};
export default draft;

function say(report: Report, name: string, values: number[]): void {
  for (const [word, share] of [
    ["p50", 0.5],
    ["p95", 0.95],
  ] as const) {
    const value = percentile(values, share);
    report({ name: `${name}, ${word}`, value, unit: "ms", goal: `≤ ${GOAL_MS}`, ok: value <= GOAL_MS });
  }
}

async function sitDown(agent: BenchAgent, port: number, name: string, owned: (() => unknown)[]): Promise<Seat> {
  const person = await signIn(agent.db, name);
  const through = async (path: string): Promise<string> => {
    const url = new URL(await agent.socketUrl(path, person));
    url.port = `${port}`;
    return url.href;
  };
  const editor = await Typist.open(await through(`doc/${agent.documentId}`), new Map());
  owned.push(() => editor.close());
  const page = await DraftPage.open(await through(`room/${agent.roomId}`));
  owned.push(() => page.close());
  return { id: person.id, editor, page };
}

/** Milliseconds from each statement's last key to its impact at the reader's socket. */
async function typeStatements(documentId: string, author: Seat, reader: Seat, statements: readonly string[]): Promise<number[]> {
  const chance = seeded(1);
  const taken: number[] = [];
  for (const statement of statements) {
    const type = (text: string): void => author.page.focus(documentId, author.editor.stroke(text));
    type(`\n\n${statement.slice(0, -TYPED)}`);
    let last = 0;
    const seen = reader.page.next(
      ({ userId, text, impact }) => last > 0 && userId === author.id && text === statement && impact !== undefined,
      PATIENCE_MS,
    );
    await typeLikeAPerson(statement.slice(-TYPED), chance, (key) => {
      last = performance.now();
      type(key);
    });
    await seen;
    taken.push(performance.now() - last);
    type(";");
    await sleep(100);
  }
  return taken;
}

/** Goes on typing a remark until it is over. */
async function chat(documentId: string, { editor, page }: Seat, chance: () => number, over: AbortSignal): Promise<void> {
  while (!over.aborted)
    await typeLikeAPerson(CHATTER, chance, (key) => {
      if (!over.aborted) page.focus(documentId, editor.stroke(key));
    });
}
