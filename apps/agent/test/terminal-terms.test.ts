import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import type { Terminal } from "@interlock/protocol";
import { FLOW_LIMITS } from "@interlock/terminal";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 80, rows: 24 } as const;
const KEEP_MS = 3_000;
/** What has to happen may take so long on a busy machine. */
const LIMIT_MS = 20_000;
/** How long what counts has to stand still, in milliseconds. */
const STILL_MS = 600;

/** By the name of the connection that they hold for; all of them lead to one host. */
const TERMS = {
  open: "joining: peer",
  own: "joining: observe",
  watched: "joining: moderated, moderators: [platform]",
  ending: "joining: moderated, moderators: [platform], whenModeratorLeaves: end",
  brief: `joining: peer, keep: ${KEEP_MS}ms`,
} as const;
type Terms = keyof typeof TERMS;

const POLICY = `version: 1
rules: []
terminals:
${Object.entries(TERMS)
  .map(([name, terms]) => `  - { id: ${name}, match: { connections: [${name}] }, ${terms} }`)
  .join("\n")}
`;

/** The lead of the room, somebody who responds, and two of the moderators' group. */
const PEOPLE = ["oncall", "responder", "reviewer", "reviewer2"] as const;
type Name = (typeof PEOPLE)[number];

describe.skipIf(sshdFor("tests of the terms of shared shells") === undefined)("the terms that policy gives a shell", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  const connections = {} as Record<Terms, string>;
  const people = {} as Record<Name, TestPerson>;
  const rooms = {} as Record<Name, RoomPage>;
  const opened: string[] = [];

  beforeAll(async () => {
    [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
    await writeFile(join(agent.config.home, "policy.yaml"), POLICY);
    await agent.restart();
    for (const name of Object.keys(TERMS) as Terms[])
      connections[name] = await agent.connect({ name, connector: "ssh", environment: "prod" }, sshd.secret());
    for (const name of PEOPLE) {
      people[name] = await agent.person(name);
      rooms[name] = await agent.room(people[name]);
    }
  });
  // Connections are counted: none of another test's is left.
  afterEach(async () => {
    for (const terminalId of opened) await rooms.oncall.outcome({ type: "terminal.kill", terminalId });
    await nobodyConnected();
  });
  afterAll(async () => {
    await agent?.stop();
    await sshd?.close();
  });

  const nobodyConnected = () => expect.poll(() => sshd.connections()).toEqual([]);
  const met = async (): Promise<number> => (await sshd.log()).split("\n").filter((line) => line.startsWith("Connection from ")).length;

  const stateOf = (terminalId: string): Terminal | undefined =>
    rooms.oncall.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === terminalId)?.["terminal" as never];
  const becomes = (terminalId: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    rooms.oncall.until(
      () => {
        const state = stateOf(terminalId);
        return state !== undefined && what(state);
      },
      words,
      LIMIT_MS,
    );
  const lookedAtBy = (terminalId: string, count: number) =>
    becomes(terminalId, ({ watchers }) => watchers.length === count, `looked at by ${count}`);
  const live = (terminalId: string) => becomes(terminalId, ({ phase }) => phase === "live", "live");
  const ended = (terminalId: string) => becomes(terminalId, ({ phase }) => phase === "ended", "ended");

  async function open(terms: Terms, by: Name = "oncall"): Promise<{ id: string; page: TerminalPage }> {
    const key = `of-terms-${opened.length}`;
    const answer = await rooms[by].ask({ type: "terminal.open", key, connectionId: connections[terms], ...SIZE });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    const id = String(answer.value?.["terminalId"]);
    opened.push(id);
    const page = await agent.terminal(people[by], id);
    await lookedAtBy(id, 1);
    return { id, page };
  }
  const look = (name: Name, terminalId: string): Promise<TerminalPage> => agent.terminal(people[name], terminalId);
  const moderate = (name: Name, terminalId: string, moderating: boolean): Promise<string> =>
    rooms[name].outcome({ type: "terminal.moderate", terminalId, moderating });
  /** Opened by the lead, and watched over by a reviewer. */
  async function moderated(terms: "watched" | "ending"): Promise<{ id: string; page: TerminalPage; moderator: TerminalPage }> {
    const { id, page } = await open(terms);
    const moderator = await look("reviewer", id);
    await lookedAtBy(id, 2);
    expect(await moderate("reviewer", id, true)).toBe("ok");
    await live(id);
    return { id, page, moderator };
  }

  describe("a program that writes without end", () => {
    const file = (): string => join(sshd.home, "count");
    const count = (): number => (existsSync(file()) ? Number(readFileSync(file(), "utf8")) : 0);
    const counting = (): string => `i=0; while :; do i=$((i+1)); printf '%01995d\\n' $i; echo $i >${file()}; done\r`;

    async function standsStill(): Promise<number> {
      const began = performance.now();
      for (let [last, since] = [0, began]; ; await sleep(20)) {
        const [now, at] = [count(), performance.now()];
        if (now !== last) [last, since] = [now, at];
        else if (now > 0 && at - since > STILL_MS) return now;
        if (at - began > LIMIT_MS) throw new Error(`it goes on: ${now}`);
      }
    }
    const pictures = ({ frames }: TerminalPage): number => frames.filter(({ type }) => type === "picture").length;
    /** All output that a page was sent from an offset on. */
    function outputFrom({ frames }: TerminalPage, offset: number): Buffer {
      const outputs = frames.flatMap((frame) => (frame.type === "output" ? [frame] : []));
      return Buffer.concat(outputs.map(({ bytes }) => bytes)).subarray(offset - outputs[0]!.offset);
    }

    test("waits for its driver's page, goes on when that has drawn, and nothing is lost to who watches", async () => {
      const { id, page } = await open("open");
      page.silent = true;
      await live(id);
      const watcher = await look("responder", id);
      await lookedAtBy(id, 2);
      page.type(counting());
      let before = 0;
      for (const when of ["when it begins", "after it has drawn"]) {
        const { bytes } = page;
        await page.until(() => page.bytes - bytes > FLOW_LIMITS.high, `sent more ${when}`, LIMIT_MS);
        const now = await standsStill();
        expect(now).toBeGreaterThan(before);
        // What was on its way comes as well: a window of the connection, and what was taken together.
        expect(page.bytes - bytes).toBeLessThan(4 * FLOW_LIMITS.high);
        await watcher.until(() => watcher.offset === page.offset, "as far as the driver");
        before = now;
        page.send({ type: "taken", offset: page.offset });
      }
      await expect.poll(count).toBeGreaterThan(before);
      page.silent = false;
      page.send({ type: "taken", offset: page.offset });
      page.type("\u0003");
      page.type("echo end-$((1+1))\r");
      await Promise.all([page.sees("end-2", LIMIT_MS), watcher.sees("end-2", LIMIT_MS)]);
      await watcher.until(() => watcher.offset === page.offset, "as far as the driver");
      expect([pictures(page), pictures(watcher)]).toEqual([1, 1]);
      const [from] = watcher.frames.flatMap((frame) => (frame.type === "output" ? [frame.offset] : []));
      const [theirs, own] = [outputFrom(watcher, from!), outputFrom(page, from!)];
      expect(theirs.byteLength).toBeGreaterThan(2 * FLOW_LIMITS.high);
      expect(theirs.equals(own)).toBe(true);
    });

    test("does not wait for a page that only watches", async () => {
      const { id, page } = await open("open");
      await live(id);
      const watcher = await look("responder", id);
      watcher.silent = true;
      await lookedAtBy(id, 2);
      page.type(counting());
      await becomes(id, ({ watchers }) => watchers.some(({ userId, behind }) => userId === people.responder.id && behind), "left behind");
      const [left, bytes] = [count(), page.bytes];
      await page.until(() => page.bytes > bytes + 2 * FLOW_LIMITS.high, "sent more", LIMIT_MS);
      await expect.poll(count).toBeGreaterThan(left);
      page.type("\u0003");
      page.type("echo end-$((1+1))\r");
      await page.sees("end-2", LIMIT_MS);
      expect(watcher.bytes).toBeLessThan(page.bytes);
    });
  });

  test("observe: control goes to nobody but who opened it, not to the lead either, and nobody else's keys reach the shell", async () => {
    const { id, page } = await open("own", "responder");
    await live(id);
    const lead = await look("oncall", id);
    await lookedAtBy(id, 2);
    const refused = { problem: { code: "forbidden", detail: "By policy only who opened this terminal types in it." } };
    const give = { type: "terminal.give", terminalId: id, userId: people.oncall.id } as const;
    const ask = { type: "terminal.ask", terminalId: id, asking: true } as const;
    expect(await rooms.oncall.ask(ask)).toMatchObject(refused);
    expect(await rooms.responder.ask(give)).toMatchObject(refused);
    expect(await rooms.oncall.ask(give)).toMatchObject(refused);
    lead.type(`touch ${sshd.home}/of-the-lead\r`);
    await lead.until(() => lead.problems.length > 0, "refused");
    expect(lead.problems[0]?.code).toBe("not_driving");
    page.type(`touch ${sshd.home}/of-the-opener; echo mine-$((1+1))\r`);
    await lead.sees("mine-2");
    // What nobody holds, or holds without looking, whoever asks has at once; not here.
    page.close();
    await lookedAtBy(id, 1);
    expect(await rooms.oncall.ask(ask)).toMatchObject(refused);
    expect(await rooms.oncall.outcome({ type: "terminal.give", terminalId: id })).toBe("ok");
    expect(await rooms.oncall.ask(ask)).toMatchObject(refused);
    const again = await look("oncall", id);
    again.type(`touch ${sshd.home}/of-the-lead\r`);
    await again.until(() => again.problems.length > 0, "refused");
    const back = await look("responder", id);
    await lookedAtBy(id, 2);
    expect(await rooms.responder.outcome(ask)).toBe("ok");
    back.type("echo back-$((1+1))\r");
    await lead.sees("back-2");
    expect(["of-the-lead", "of-the-opener"].map((name) => existsSync(join(sshd.home, name)))).toEqual([false, true]);
  });

  test("moderated: the host is sent nothing until a moderator says that they watch", async () => {
    const before = await met();
    const { id, page } = await open("watched");
    const moderator = await look("reviewer", id);
    await look("responder", id);
    await lookedAtBy(id, 3);
    expect(await moderate("oncall", id, true)).toBe("forbidden");
    expect(await moderate("responder", id, true)).toBe("forbidden");
    page.type("echo early-$((1+1))\r");
    await page.until(() => page.problems.length > 0, "refused");
    // One that was opened after it is there: it would be as well.
    const other = await open("open");
    await live(other.id);
    expect(await met()).toBe(before + 1);
    expect(sshd.connections()).toHaveLength(1);
    expect(stateOf(id)?.phase).toBe("waiting");
    expect(await moderate("reviewer", id, true)).toBe("ok");
    await live(id);
    expect(await met()).toBe(before + 2);
    page.type("echo seen-$((1+1))\r");
    await moderator.sees("seen-2");
    expect(moderator.screen).not.toContain("early-");
  });

  test.each([
    ["closes their last page", async (_id: string, page: TerminalPage) => page.close()],
    ["says that they watch no more", async (id: string) => expect(await moderate("reviewer", id, false)).toBe("ok")],
  ])("moderated, to its end: the shell ends when its moderator %s", async (_what, leave) => {
    const { id, page, moderator } = await moderated("ending");
    // Of two pages the other is enough.
    const second = await look("reviewer", id);
    await second.sees("$");
    second.close();
    await second.until(() => second.closed !== undefined, "closed");
    page.type("echo on-$((1+1))\r");
    await moderator.sees("on-2");
    expect(sshd.connections()).toHaveLength(1);
    await leave(id, moderator);
    await ended(id);
    expect(stateOf(id)?.end?.why).toBe("somebody of platform had to watch over it, and nobody does any more");
    await page.until(() => page.closed !== undefined, "closed");
    expect(page.closed).toEqual({ code: 1000, reason: "terminal_ended" });
    await nobodyConnected();
  });

  test("a moderator ends a shell that others opened and drive, and nobody does who only watches", async () => {
    const { id, page } = await moderated("watched");
    // One who could moderate, and has not said that they do.
    await Promise.all([look("responder", id), look("reviewer2", id)]);
    await lookedAtBy(id, 4);
    const kill = { type: "terminal.kill", terminalId: id } as const;
    expect(await rooms.responder.outcome(kill)).toBe("forbidden");
    expect(await rooms.reviewer2.outcome(kill)).toBe("forbidden");
    page.type("echo still-$((1+1))\r");
    await page.sees("still-2");
    expect(await rooms.reviewer.outcome(kill)).toBe("ok");
    await ended(id);
    expect(stateOf(id)?.end?.why).toBe("it was ended by reviewer");
    await nobodyConnected();
    const killed = await agent.db.auditEvent.findMany({ where: { type: "terminal.killed", data: { contains: id } } });
    expect(killed.map(({ actor }) => actor)).toEqual(["reviewer"]);
  });

  test("a shell outlives its browsers for as long as policy keeps it, and no longer", async () => {
    const { id, page } = await open("brief");
    const watcher = await look("responder", id);
    await live(id);
    page.type("x=kept; echo set-$((1+1))\r");
    await Promise.all([page.sees("set-2"), watcher.sees("set-2")]);
    page.ws.terminate();
    watcher.close();
    await lookedAtBy(id, 0);
    const left = performance.now();
    const back = await look("oncall", id);
    back.type('echo "$x-a-while"\r');
    await back.sees("kept-a-while");
    // While somebody looks, it goes on beyond the time that began when nobody did.
    await sleep(Math.max(0, left + KEEP_MS + 300 - performance.now()));
    back.type('echo "$x-on"\r');
    await back.sees("kept-on");
    const leaving = performance.now();
    back.close();
    await ended(id);
    // Timers may be a millisecond early.
    expect(performance.now() - leaving).toBeGreaterThan(KEEP_MS - 10);
    expect(stateOf(id)?.end?.why).toBe("nobody had looked at it for 3 seconds");
    await nobodyConnected();
  });
});
