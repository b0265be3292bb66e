import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { openCluster, openGate, type Gate } from "../src/index.ts";
import { Chance } from "./chance.ts";
import { startCluster, type Drawn } from "./cluster.ts";
import { requestBytes, type Address } from "./fuzz-requests.ts";
import { snapshot } from "./left-behind.ts";
import { isWrite } from "./plan-case.ts";

export interface Fuzzed {
  /** Requests sent to the gate, as far as they can be counted: several may hide in one. */
  sent: number;
  /** Answers that were no refusal of the gate itself. */
  answered: number;
  /** Requests that reached the cluster; 0 would mean that nothing was tried. */
  reached: number;
  /** Of those, requests that may write. Must be empty. */
  writes: string[];
  /** Changes that the cluster kept, and objects that were other ones afterwards. Must be 0. */
  changes: number;
}

/** Connections at a time, and requests on all of them before the cluster is looked at. */
const LANES = 12;
const BATCH = 240;
/** Requests that are not whole are never answered; the connection is then given up, after so many milliseconds. */
const SILENCE_MS = 120;

/** Sends what no client would to a gate, of which one after the other is opened and closed while requests are under way. */
export async function fuzzGate(drawn: Drawn, seed: number, count: number): Promise<Fuzzed> {
  const chance = new Chance(seed + 1);
  const sim = await startCluster(drawn);
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  const before = { writes: sim.writes(), objects: snapshot(sim) };
  const result: Fuzzed = { sent: 0, answered: 0, reached: 0, writes: [], changes: 0 };
  try {
    while (result.sent < count) {
      const from = sim.requests.length;
      const gate = await openGate({ cluster, mode: chance.onceIn(3) ? "read" : "plan" });
      try {
        const lane = async (): Promise<void> => {
          for (let turn = 0; turn < BATCH / LANES; turn++) {
            const { bytes, requests } = requestBytes(chance, addressOf(gate), drawn.names);
            result.sent += requests;
            const text = await exchange(addressOf(gate).port, bytes);
            result.answered += [...text.matchAll(/HTTP\/1\.1 ([0-9]{3})/g)].filter(([, code]) => code! < "400").length;
          }
        };
        const lanes = Array.from({ length: LANES }, lane);
        if (chance.onceIn(2)) await speakHttp2(gate);
        // Some of the gates close under what is still on its way.
        if (chance.onceIn(4)) await Promise.race(lanes);
        else await Promise.all(lanes);
        await gate.close();
        await Promise.all(lanes);
      } finally {
        await gate.close();
      }
      sim.settle();
      const reached = sim.requests.slice(from);
      result.reached += reached.length;
      for (const request of reached.filter(isWrite))
        result.writes.push(`${request.method} ${request.url} ${request.body.toString("latin1")}`);
    }
    const after = snapshot(sim);
    const other = [...before.objects].filter(([place, object]) => after.get(place) !== object).length;
    result.changes = sim.writes() - before.writes + other;
    return result;
  } finally {
    await cluster.close();
    await sim.stop();
  }
}

function addressOf(gate: Gate): Address {
  const { port, pathname } = new URL(gate.url);
  return { port: Number(port), secret: pathname };
}

/** What comes back until the other side ends or falls silent. */
function exchange(port: number, bytes: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    const done = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    };
    socket.on("connect", () => {
      for (const part of bytes) socket.write(part);
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", done);
    socket.on("error", done);
    socket.setTimeout(SILENCE_MS, done);
  });
}

/** A client that knows beforehand that the other side speaks HTTP/2; it does not. */
function speakHttp2(gate: Gate): Promise<void> {
  return new Promise((resolve) => {
    const { origin, pathname } = new URL(gate.url);
    const session = connectHttp2(origin);
    const done = (): void => {
      session.destroy();
      resolve();
    };
    session.on("error", done);
    session.on("close", done);
    session.setTimeout(SILENCE_MS, done);
    const stream = session.request({ ":method": "DELETE", ":path": `${pathname}/api/v1/namespaces/default` });
    stream.on("error", done);
    stream.on("response", done);
    stream.end();
  });
}
