import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { PROTOCOL_VERSION, readTerminalFrame, writeTerminalFrame, type Terminal } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ticketFor, type TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import { ORIGIN, startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const CROWD = 200;

/** A page without a screen: what it has got, by offset. */
class Onlooker {
  readonly ws: WebSocket;
  offset = -1;
  text = "";
  gap: string | undefined;

  constructor(url: string, quiet: boolean) {
    this.ws = new WebSocket(url, { origin: ORIGIN });
    this.ws.on("error", () => {});
    this.ws.on("open", () => this.ws.send(writeTerminalFrame({ type: "begin", offset: -1, page: 0 })));
    this.ws.on("message", (data: Buffer, binary) => {
      const frame = binary ? readTerminalFrame(data) : undefined;
      if (frame?.type !== "output" && frame?.type !== "picture") return;
      if (frame.type === "output" && frame.offset !== this.offset) this.gap = `${this.offset} is followed by ${frame.offset}`;
      this.offset = frame.offset + (frame.type === "output" ? frame.bytes.byteLength : 0);
      this.text = (this.text + Buffer.from(frame.bytes.subarray(-2_000)).toString("latin1")).slice(-4_000);
      if (!quiet) this.ws.send(writeTerminalFrame({ type: "taken", offset: this.offset }));
    });
  }
}

describe.skipIf(sshdFor("tests of a crowd before one shell") === undefined)("a shell that many look at", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  let oncall: TestPerson;
  let room: RoomPage;
  let connectionId: string;
  beforeAll(async () => {
    [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
    connectionId = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, sshd.secret());
    oncall = await agent.person("oncall");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await sshd?.close();
  });

  const terminalOf = (id: string): Terminal | undefined =>
    room.heard.flatMap((heard) => (heard.type === "terminal" && heard.terminal.id === id ? [heard.terminal] : [])).at(-1);

  async function open(key: string): Promise<string> {
    const answer = await room.ask({ type: "terminal.open", key, connectionId, columns: 80, rows: 24 });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    const id = String(answer.value?.["terminalId"]);
    await room.until(() => terminalOf(id)?.phase === "live", "live");
    return id;
  }

  test(`${CROWD} people see the same to its end, also those who take nothing for a while`, { timeout: 120_000 }, async () => {
    const id = await open("terminal-crowd");
    const page = await agent.terminal(oncall, id);
    // Every tenth says nothing of what it has drawn: the shell waits for none of them.
    const crowd: Onlooker[] = [];
    for (let index = 0; index < CROWD; index++) {
      const ticket = await ticketFor(agent.db, await agent.person(`crowd-${index}`));
      crowd.push(new Onlooker(`ws://127.0.0.1:${agent.port}/ws/term/${id}?v=${PROTOCOL_VERSION}&ticket=${ticket}`, index % 10 === 0));
    }
    await room.until(() => terminalOf(id)?.watchers.length === CROWD + 1, "looked at by all of them", 30_000);
    page.type("seq 1 60000; echo end-$((1+1))\r");
    await page.sees("end-2", 60_000);
    const live = crowd.filter((_, index) => index % 10 !== 0);
    await page.until(() => live.every(({ text }) => text.includes("end-2")), "seen by everybody", 60_000);
    // Those who were left behind have a picture as soon as they say where they are.
    for (const { ws, offset } of crowd) ws.send(writeTerminalFrame({ type: "taken", offset }));
    await page.until(() => crowd.every(({ text }) => text.includes("end-2")), "seen by those behind", 60_000);
    expect(crowd.flatMap(({ gap }) => gap ?? [])).toEqual([]);
    for (const { ws } of crowd) ws.terminate();
    page.type("echo still-$((1+1))\r");
    await page.sees("still-2");
    expect(await room.outcome({ type: "terminal.kill", terminalId: id })).toBe("ok");
  });

  test("a flood of random letters leaves the room usable, and Ctrl-C ends it", async () => {
    const id = await open("terminal-random");
    const page = await agent.terminal(oncall, id);
    page.type("cat /dev/urandom | base64\r");
    await page.until(() => page.bytes > 2_000_000, "flooded");
    expect(await room.outcome({ type: "terminal.ask", terminalId: id, asking: false })).toBe("ok");
    page.type("\u0003");
    await page.sees("$");
    page.type("clear; echo quiet-$((1+1))\r");
    await page.sees("quiet-2");
    expect(await room.outcome({ type: "terminal.kill", terminalId: id })).toBe("ok");
  });

  test("50 MB on one line are shown and recorded to their end", { timeout: 120_000 }, async () => {
    const id = await open("terminal-one-line");
    const page = await agent.terminal(oncall, id);
    page.type("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo end-$((1+1)); exit\r");
    await page.until(() => terminalOf(id)?.recording === "sealed", "sealed", 60_000);
    await page.sees("end-2");
    expect(page.offset).toBeGreaterThan(50_000_000);
    const last = await agent.db.recordingChunk.findFirstOrThrow({ where: { terminalId: id }, orderBy: { number: "desc" } });
    expect(Number(last.offset)).toBeGreaterThan(49_000_000);
    expect(terminalOf(id)?.end).toMatchObject({ exitCode: 0 });
  });

  test("the last words of a program that ends are shown whole, each of a hundred times", { timeout: 120_000 }, async () => {
    const once = async (time: number): Promise<void> => {
      const id = await open(`terminal-last-${time}`);
      const page = await agent.terminal(oncall, id);
      // A letter that neither the line nor the prompt has.
      page.type(`exec sh -c 'head -c 20480 /dev/zero | tr "\\0" "\\136"; echo; echo last-word-$((${time}+100))'\r`);
      await page.until(() => terminalOf(id)?.phase === "ended" && page.closed !== undefined, "ended", 30_000);
      expect(page.screen).toContain(`last-word-${time + 100}`);
      const shown = page.frames.flatMap((frame) => (frame.type === "output" ? [frame.bytes] : []));
      expect(Buffer.concat(shown).filter((byte) => byte === 0o136)).toHaveLength(20_480);
    };
    for (let time = 0; time < 100; time += 4) await Promise.all([0, 1, 2, 3].map((one) => once(time + one)));
  });

  test("a storm of sizes ends at the last of them, here and at the host", async () => {
    const id = await open("terminal-storm");
    const page = await agent.terminal(oncall, id);
    for (let one = 0; one < 1_000; one++) page.send({ type: "resize", columns: 40 + (one % 100), rows: 10 + (one % 30) });
    page.send({ type: "resize", columns: 97, rows: 33 });
    page.type("stty size\r");
    await page.sees("33 97");
    expect(page.frames.findLast(({ type }) => type === "size")).toMatchObject({ columns: 97, rows: 33 });
    expect(terminalOf(id)).toMatchObject({ columns: 97, rows: 33 });
    expect(await room.outcome({ type: "terminal.kill", terminalId: id })).toBe("ok");
  });
});
