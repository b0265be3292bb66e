import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import type { Terminal } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

describe.skipIf(sshdFor("tests of shells that go wrong") === undefined)(
  "what goes wrong with a shell is told to those who look at it",
  () => {
    let agent: WholeAgent;
    let sshd: TestSshd;
    let oncall: TestPerson;
    let responder: TestPerson;
    let room: RoomPage;
    let opened = 0;

    beforeAll(async () => {
      [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
      oncall = await agent.person("oncall");
      responder = await agent.person("responder");
      room = await agent.room(oncall);
    });
    afterAll(async () => {
      await agent?.stop();
      await sshd?.close();
    });

    const connect = (secret: Record<string, unknown>): Promise<string> =>
      agent.connect({ name: `host-${++opened}`, connector: "ssh", environment: "staging" }, secret);
    async function open(connectionId: string): Promise<string> {
      const answer = await room.ask({ type: "terminal.open", key: `faulty-${++opened}`, connectionId, columns: 80, rows: 24 });
      return String(answer.value?.["terminalId"]);
    }
    const stateOf = (terminalId: string): Terminal | undefined =>
      room.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === terminalId)?.["terminal" as never];
    const becomes = (terminalId: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
      room.until(() => {
        const state = stateOf(terminalId);
        return state !== undefined && what(state);
      }, words);
    async function live(): Promise<{ id: string; page: TerminalPage }> {
      const id = await open(await connect(sshd.secret()));
      const page = await agent.terminal(oncall, id);
      await becomes(id, ({ phase }) => phase === "live", "live");
      return { id, page };
    }

    test.each<[string, string, () => Promise<Record<string, unknown>>]>([
      [
        "a key that is not let in",
        "target_auth",
        async () => sshd.secret({ auth: { kind: "key", privateKey: (await sshd.makeKey()).privateKey } }),
      ],
      [
        "a host with another key than the approved one",
        "host_key_changed",
        async () => sshd.secret({ hostKeys: [(await sshd.makeKey()).publicKey] }),
      ],
      ["a host that does not answer", "target_down", async () => sshd.secret({ port: 1 })],
    ])("%s", async (_what, code, secret) => {
      const id = await open(await connect(await secret()));
      await becomes(id, ({ phase, recording }) => phase === "ended" && recording === "sealed", "ended");
      expect(stateOf(id)?.end).toMatchObject({ code, why: expect.stringMatching(/\S/) });
      const event = await agent.db.auditEvent.findFirstOrThrow({ where: { type: "terminal.ended" }, orderBy: { seq: "desc" } });
      expect(event.data).toContain(code);
    });

    test("a host that is gone in the middle", async () => {
      const { id, page } = await live();
      page.type("echo there-$((1+1))\r");
      await page.sees("there-2");
      sshd.cut();
      await becomes(id, ({ phase, recording }) => phase === "ended" && recording === "sealed", "ended");
      const { end } = stateOf(id)!;
      expect(end?.exitCode).toBeUndefined();
      expect(end?.why).toMatch(/\S/);
      expect(end?.mayStillRun).toMatch(/\S/);
      await page.until(() => page.closed !== undefined, "closed");
      expect(page.frames.at(-1)).toMatchObject({ type: "end", offset: page.offset });
    });

    test("a watcher who takes nothing is behind, for everybody to see, and has the same screen again once they do", async () => {
      const { id, page } = await live();
      const watcher = await agent.terminal(responder, id);
      await watcher.sees("$");
      watcher.silent = true;
      const behind = (now: boolean) =>
        becomes(id, ({ watchers }) => watchers.find(({ userId }) => userId === responder.id)?.behind === now, `behind: ${now}`);
      page.type("stty -echo; seq -f '%0195g' 9000; echo end-$((1+1))\r");
      await behind(true);
      await page.sees("end-2");
      const pictures = () => watcher.frames.filter(({ type }) => type === "picture").length;
      expect(pictures()).toBe(1);
      watcher.silent = false;
      watcher.send({ type: "taken", offset: watcher.offset });
      await behind(false);
      await watcher.sees("end-2");
      expect(pictures()).toBe(2);
      expect(watcher.screen.split("\n").slice(-20)).toEqual(page.screen.split("\n").slice(-20));
      await room.outcome({ type: "terminal.kill", terminalId: id });
    });

    test("a watcher who is behind when the shell ends has its last screen all the same", async () => {
      const { id, page } = await live();
      const watcher = await agent.terminal(responder, id);
      await watcher.sees("$");
      watcher.silent = true;
      page.type("stty -echo; seq -f '%0195g' 9000; echo end-$((1+1)); exit 3\r");
      await becomes(id, ({ watchers }) => watchers.some(({ userId, behind }) => userId === responder.id && behind), "behind");
      await watcher.until(() => watcher.closed !== undefined, "closed");
      expect(watcher.closed).toEqual({ code: 1000, reason: "terminal_ended" });
      expect(watcher.frames.at(-1)).toMatchObject({ type: "end", offset: watcher.offset });
      expect(watcher.screen).toContain("end-2");
    });

    test("a recording that cannot be written: said, and the shell goes on where it may", async () => {
      const { id, page } = await live();
      await agent.db.$executeRawUnsafe(`
      CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room is left' USING ERRCODE = '53100'; END $$`);
      await agent.db.$executeRawUnsafe('CREATE TRIGGER no_room BEFORE INSERT ON "RecordingChunk" FOR EACH ROW EXECUTE FUNCTION no_room()');
      try {
        page.type("echo more-$((1+1))\r");
        await becomes(id, ({ recording }) => recording === "failed", "not recorded");
        // By the default policy shells of staging may go on.
        expect(stateOf(id)?.phase).toBe("live");
        page.type("echo on-$((1+1))\r");
        await page.sees("on-2");
      } finally {
        await agent.db.$executeRawUnsafe('DROP TRIGGER no_room ON "RecordingChunk"');
      }
      await room.outcome({ type: "terminal.kill", terminalId: id });
    });
  },
);
