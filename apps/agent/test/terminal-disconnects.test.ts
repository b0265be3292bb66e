import { setTimeout as pause } from "node:timers/promises";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { PROTOCOL_VERSION, readTerminalFrame, TERMINAL_TAKEN, writeTerminalFrame, type Terminal } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ticketFor, type TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import { ORIGIN, startWholeAgent, type WholeAgent } from "./whole-agent.ts";

/** `TERMINAL_DISCONNECTS=10000` takes three minutes; the same without sockets is in viewers.test.ts, always in full. */
const DISCONNECTS = Number(process.env["TERMINAL_DISCONNECTS"] ?? 400);
const PEOPLE = 8;

/** Lehmer's generator (Park and Miller, 1988). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What was shown, from the first byte that is known. */
class Truth {
  #bytes = Buffer.alloc(1 << 20);
  from = -1;
  end = -1;

  add(offset: number, bytes: Uint8Array): void {
    if (offset !== this.end) throw new Error(`${this.end} is followed by ${offset} where nobody left`);
    while (this.end - this.from + bytes.length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    this.#bytes.set(bytes, this.end - this.from);
    this.end += bytes.length;
  }

  is(offset: number, bytes: Uint8Array): boolean {
    return this.#bytes.subarray(offset - this.from, offset - this.from + bytes.length).equals(bytes);
  }
}

interface Seen {
  /** Bytes up to here are drawn; -1: none. */
  offset: number;
  pictures: number;
  outputs: { offset: number; bytes: Uint8Array }[];
  faults: string[];
}

/** A connection that goes on behind what `seen` has, and adds to it. */
function connect(url: string, seen: Seen, page: number, drawn: (offset: number, bytes: Uint8Array) => void = () => {}): WebSocket {
  const ws = new WebSocket(url, { origin: ORIGIN });
  const before = seen.offset;
  let told = 0;
  let first = true;
  let left = false;
  ws.on("error", () => {});
  ws.on("close", () => (left = true));
  ws.on("open", () => ws.send(writeTerminalFrame({ type: "begin", offset: before, page })));
  ws.on("message", (data: Buffer, binary) => {
    const frame = binary ? readTerminalFrame(data) : undefined;
    if (left || ws.readyState !== WebSocket.OPEN) return;
    if (frame?.type === "picture") {
      if (frame.offset < seen.offset) seen.faults.push(`a picture of ${frame.offset} after ${seen.offset}`);
      seen.pictures++;
      seen.offset = frame.offset;
    } else if (frame?.type === "output") {
      if (frame.offset !== seen.offset) seen.faults.push(`${frame.offset} after ${seen.offset}, ${first ? "the first" : "later"}`);
      const bytes = Uint8Array.from(frame.bytes);
      seen.outputs.push({ offset: frame.offset, bytes });
      drawn(frame.offset, bytes);
      seen.offset = frame.offset + bytes.length;
    } else return;
    first = false;
    if (seen.offset - told < TERMINAL_TAKEN.bytes) return;
    told = seen.offset;
    ws.send(writeTerminalFrame({ type: "taken", offset: told }));
  });
  return ws;
}

describe.skipIf(sshdFor("the test of many disconnects") === undefined)("a shell whose watchers come and go", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  let oncall: TestPerson;
  let room: RoomPage;
  beforeAll(async () => {
    [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
    oncall = await agent.person("oncall");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await sshd?.close();
  });

  test(`no byte is lost, doubled or another's over ${DISCONNECTS} connections that break at any moment`, { timeout: 600_000 }, async () => {
    const connectionId = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, sshd.secret());
    const answer = await room.ask({ type: "terminal.open", key: "many-disconnects", connectionId, columns: 80, rows: 24 });
    const id = String(answer.value?.["terminalId"]);
    const terminal = (): Terminal | undefined =>
      room.heard.flatMap((heard) => (heard.type === "terminal" && heard.terminal.id === id ? [heard.terminal] : [])).at(-1);
    await room.until(() => terminal()?.phase === "live", "live");
    const people = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => agent.person(`leaver-${index}`)));
    const url = async (who: TestPerson): Promise<string> =>
      `ws://127.0.0.1:${agent.port}/ws/term/${id}?v=${PROTOCOL_VERSION}&ticket=${await ticketFor(agent.db, who)}`;

    const truth = new Truth();
    const driver: Seen = { offset: -1, pictures: 0, outputs: [], faults: [] };
    const typing = connect(await url(oncall), driver, 1, (offset, bytes) => {
      if (truth.from < 0) truth.from = truth.end = offset;
      truth.add(offset, bytes);
      if (driver.outputs.length > 100) driver.outputs.splice(0, 90);
    });
    const type = (text: string): void => typing.send(writeTerminalFrame({ type: "input", bytes: Buffer.from(text) }));
    // Who is far behind gets a picture instead of some bytes; the driver gets each.
    const shows = (text: string): boolean => Buffer.concat(driver.outputs.map(({ bytes }) => bytes)).includes(text);
    await expect.poll(() => driver.offset).toBeGreaterThan(0);
    await room.until(() => terminal()?.shell?.guard === "guarded", "guarded");
    // In a program of its own no line waits.
    type("sh\r");
    await room.until(() => terminal()?.shell?.running?.text === "sh", "running sh");
    // Much at once and little now and then, with colours and characters of several bytes; sizes change in between.
    type(
      'i=0; while :; do i=$((i+1)); printf "\\033[3$((i%8))mline %d ünï 漢\\033[m\\r\\n" $i; ' +
        "[ $((i%400)) -gt 0 ] || sleep 0.01; [ $((i%40000)) -gt 0 ] || seq 1 300000; done\r",
    );
    await expect.poll(() => truth.end - truth.from).toBeGreaterThan(10_000);

    let gone = 0;
    const all: Seen[] = [];
    const comeAndGo = async (who: TestPerson, index: number): Promise<void> => {
      const random = seeded(index + 1);
      let seen: Seen = { offset: -1, pictures: 0, outputs: [], faults: [] };
      all[index] = seen;
      while (gone < DISCONNECTS) {
        gone++;
        // Some come as somebody new, who has seen nothing.
        if (random() < 0.03) seen.offset = -1;
        const ws = connect(await url(who), seen, index + 2);
        const opened = new Promise((resolve) => ws.once("open", resolve).once("close", resolve));
        // Some break off before anything came, most in the middle of it; who has seen nothing mostly waits for a picture.
        if (random() < 0.9) await opened;
        if (seen.offset < 0 && random() < 0.8) while (seen.offset < 0 && ws.readyState === WebSocket.OPEN) await pause(2);
        await pause(random() ** 2 * 40);
        ws.terminate();
        // What is known by now is compared and forgotten.
        seen.outputs = seen.outputs.filter(({ offset, bytes }) => {
          if (offset < truth.from || offset + bytes.length > truth.end) return offset >= truth.from;
          if (!truth.is(offset, bytes)) seen.faults.push(`other bytes at ${offset}`);
          return false;
        });
      }
    };
    const sizes = setInterval(() => {
      const columns = 40 + (gone % 60);
      typing.send(writeTerminalFrame({ type: "resize", columns, rows: 24 }));
    }, 100);
    const began = performance.now();
    await Promise.all(people.map(comeAndGo)).finally(() => clearInterval(sizes));
    process.stdout.write(
      `${gone} disconnects in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${((truth.end - truth.from) / 1e6).toFixed(1)} MB, ` +
        `${all.reduce((sum, { pictures }) => sum + pictures, 0)} pictures\n`,
    );

    const last = await Promise.all(people.map(async (who, index) => connect(await url(who), all[index]!, index + 2)));
    await expect.poll(() => all.every(({ offset }) => offset >= 0), { timeout: 30_000 }).toBe(true);
    /** Again where it goes on: in a bare pty, too, dash misses one Ctrl-C in 40, between a program's end and its own turn. */
    const stop = (): boolean => {
      if (shows("over-2")) return true;
      type("\u0003echo over-$((1+1))\r");
      return false;
    };
    await expect.poll(stop, { timeout: 30_000, interval: 1_000 }).toBe(true);
    await expect.poll(() => all.map(({ offset }) => offset)).toEqual(all.map(() => driver.offset));
    for (const seen of [driver, ...all]) {
      for (const { offset, bytes } of seen.outputs)
        if (offset >= truth.from && !truth.is(offset, bytes)) seen.faults.push(`other bytes at ${offset}`);
      expect(seen.faults).toEqual([]);
    }
    for (const ws of [...last, typing]) ws.close();
  });
});
