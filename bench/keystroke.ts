/** A stroke in one editor to its text in the others, and to word that it is durable: everybody types in one document at once, through front and agent. */
import { startBenchAgent, type BenchAgent } from "./measure/agent.ts";
import { seeded } from "./measure/chance.ts";
import { startTestPostgres } from "@interlock/db/testing";
import { DURABLE } from "./measure/demo-database.ts";
import { startEchoPeer, type EchoPeer } from "./measure/echo-peer.ts";
import type { Benchmark, Report } from "./measure/figure.ts";
import { startFront, type BenchFront } from "./measure/front.ts";
import { percentile } from "./measure/percentile.ts";
import { Typist, typeLikeAPerson, type Strokes } from "./measure/typist.ts";
import { signIn } from "../apps/agent/test/people.ts";

const CROWDS = [2, 20];
const TEXT = "select o.id, o.amount from payments.orders o join payments.customers c on c.id = o.customer_id -- looked at together ";
/** Bytes of the message that one stroke is: a Yjs update with one character, and its frame. */
const STROKE_BYTES = 40;
/** What people take for immediate, in milliseconds (Miller 1968; Card, Robertson and Mackinlay 1991). */
const IMMEDIATE_MS = 100;

const keystroke: Benchmark = async (report, small) => {
  // Nobody's cursor is told to a room here, so no text is analysed and the target may be empty.
  const database = await startTestPostgres(DURABLE);
  const owned: (() => unknown)[] = [() => database.stop()];
  try {
    const agent = await startBenchAgent(database.url, await database.createDatabase("target"));
    owned.push(() => agent.stop());
    const front = await startFront(agent.process.port);
    owned.push(() => front.stop());
    const echo = await startEchoPeer();
    owned.push(() => echo.stop());
    const text = small ? TEXT.slice(0, 5) : TEXT;
    await typeTogether(agent, front, echo, 2, text.slice(0, 20));
    for (const people of CROWDS) {
      const { seen, durable, bare } = await typeTogether(agent, front, echo, people, text);
      say(report, `key stroke to another's text, ${people} people`, seen, echo.name, percentile(bare, 0.5));
      say(report, `key stroke to durable, ${people} people`, durable, echo.name, percentile(bare, 0.5));
    }
  } finally {
    for (const end of owned.toReversed()) await end();
  }
};
export default keystroke;

/** Each percentile is a figure; the peer's median is compared with our own. */
function say(report: Report, name: string, values: number[], peer: string, bare: number): void {
  for (const [word, share] of [
    ["p50", 0.5],
    ["p95", 0.95],
    ["p99", 0.99],
  ] as const) {
    const value = percentile(values, share);
    report({
      name: `${name}, ${word}`,
      value,
      unit: "ms",
      ...(word === "p50" ? { peer, ratio: bare / value } : {}),
      goal: `≤ ${IMMEDIATE_MS}`,
      ok: value <= IMMEDIATE_MS,
    });
  }
}

async function typeTogether(
  agent: BenchAgent,
  front: BenchFront,
  echo: EchoPeer,
  people: number,
  text: string,
): Promise<{ seen: number[]; durable: number[]; bare: number[] }> {
  const strokes: Strokes = new Map();
  const typists: Typist[] = [];
  try {
    for (let person = 0; person < people; person++) {
      const who = await signIn(agent.db, `typist-${person}`);
      const url = new URL(await agent.socketUrl(`doc/${agent.documentId}`, who));
      url.port = `${front.port}`;
      typists.push(await Typist.open(url.href, strokes));
    }
    const before = typists[0]!.length;
    const bare: number[] = [];
    const typing = Promise.all(typists.map((typist, person) => typeLikeAPerson(text, seeded(person + 1), (key) => typist.stroke(key))));
    // At the same rate and in the same time as the strokes, so that whatever else the machine does weighs on both alike.
    const comparing = typeLikeAPerson(text, seeded(people + 1), () => void echo.trip(STROKE_BYTES).then((ms) => bare.push(ms)));
    await Promise.all([typing, comparing]);
    const length = before + people * text.length;
    for (const typist of typists) await typist.complete(length);
    if (typists.some((typist) => typist.text !== typists[0]!.text)) throw new Error("the editors do not hold the same text");
    const seen = typists.flatMap((typist) => typist.seen);
    const durable = typists.flatMap((typist) => typist.durable);
    if (seen.length !== people * (people - 1) * text.length || durable.length !== people * text.length)
      throw new Error(`strokes were lost: ${seen.length} seen, ${durable.length} durable`);
    return { seen, durable, bare };
  } finally {
    for (const typist of typists) typist.close();
  }
}
