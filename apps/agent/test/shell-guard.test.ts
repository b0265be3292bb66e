import { existsSync } from "node:fs";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stderr } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import type { LineDecision, Terminal, WaitingLine } from "@interlock/protocol";
import { commandsOf } from "@interlock/recording";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordingStore } from "../src/terminal/recording-store.ts";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 100, rows: 30 } as const;

/** What people have in their start-up files that integrations get in the way of. */
const BASHRC = String.raw`
export LC_ALL=C.UTF-8
PS1='\u@\h:\w\$ '
PROMPT_COMMAND=(true 'SEEN_STATUS=$?')
HISTFILE=~/.bash_history
alias printf='echo aliased' ls='ls --color=never'
trap 'SEEN_COMMAND=$BASH_COMMAND' DEBUG
echo start-up-files-ran
`;
const ZSHRC = String.raw`
export LC_ALL=C.UTF-8
PROMPT='%n:%~%# '
HISTFILE=~/.zsh_history; SAVEHIST=100; HISTSIZE=100; setopt share_history
precmd() { SEEN_STATUS=$? }
alias printf='echo aliased'
echo start-up-files-ran
`;

const PLACES = { bash: ["/bin/bash"], zsh: ["/bin/zsh", "/usr/bin/zsh"] } as const;

describe.skipIf(sshdFor("tests of the guard in front of shells") === undefined)("a line waits before it runs", () => {
  let agent: WholeAgent;
  let oncall: TestPerson;
  let responder: TestPerson;
  let reviewer: TestPerson;
  let room: RoomPage;
  let others: Record<"responder" | "reviewer", RoomPage>;
  const hosts: Partial<Record<"bash" | "zsh" | "sh", { sshd: TestSshd; staging: string; prod: string }>> = {};

  async function host(name: "bash" | "zsh" | "sh", shell: string): Promise<void> {
    const sshd = await startSshd({ shell });
    const [bashrc, zshrc] = [join(sshd.home, ".bashrc"), join(sshd.home, ".zshrc")];
    await Promise.all([writeFile(bashrc, BASHRC), writeFile(zshrc, ZSHRC), writeFile(join(sshd.home, ".bash_profile"), ". ~/.bashrc\n")]);
    await Promise.all([chmod(bashrc, 0o644), chmod(zshrc, 0o644)]);
    const staging = await agent.connect({ name: `${name}-stg`, connector: "ssh", environment: "staging" }, sshd.secret());
    const prod = await agent.connect({ name: `${name}-prod`, connector: "ssh", environment: "prod" }, sshd.secret());
    hosts[name] = { sshd, staging, prod };
  }

  beforeAll(async () => {
    agent = await startWholeAgent();
    oncall = await agent.person("oncall");
    responder = await agent.person("responder");
    reviewer = await agent.person("reviewer");
    room = await agent.room(oncall);
    others = { responder: await agent.room(responder), reviewer: await agent.room(reviewer) };
    for (const name of ["bash", "zsh"] as const) {
      const shell = PLACES[name].find((path) => existsSync(path));
      if (shell === undefined) stderr.write(`NOT RUN: the guard in ${name}. It is not on this machine: apt-get install ${name}\n`);
      else await host(name, shell);
    }
    await host("sh", "/bin/sh");
  });
  afterAll(async () => {
    await agent?.stop();
    await Promise.all(Object.values(hosts).map(({ sshd }) => sshd.close()));
  });

  let opened = 0;
  const stateOf = (id: string): Terminal | undefined =>
    room.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === id)?.["terminal" as never];
  const becomes = (id: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room
      .until(() => {
        const state = stateOf(id);
        return state !== undefined && what(state);
      }, words)
      .catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(stateOf(id)?.shell)}`);
      });

  interface Shell {
    id: string;
    page: TerminalPage;
    home: string;
    /** Types a line, and gives it when it waits. */
    waits(text: string): Promise<WaitingLine>;
    decide(page: RoomPage, line: WaitingLine, decision: LineDecision): Promise<string>;
    /** Types a line that runs at once. */
    runs(text: string, seen: string | RegExp): Promise<void>;
    end(): Promise<void>;
  }
  async function open(name: "bash" | "zsh" | "sh", environment: "staging" | "prod", guard = "guarded"): Promise<Shell> {
    const { sshd, ...connections } = hosts[name]!;
    const connectionId = connections[environment];
    const answer = await room.ask({ type: "terminal.open", key: `guarded-${opened++}-shell`, connectionId, ...SIZE, reason: "to look" });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    const id = String(answer.value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    if (environment === "prod") {
      await agent.terminal(reviewer, id);
      await becomes(id, ({ watchers }) => watchers.length === 2, "looked at by two");
      expect(await others.reviewer.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("ok");
    }
    await becomes(id, ({ shell }) => shell?.guard === guard && (guard !== "guarded" || shell.folder !== undefined), guard);
    return {
      id,
      page,
      home: sshd.home,
      async waits(text) {
        page.type(text);
        await becomes(id, ({ shell }) => shell?.line !== undefined, "waiting");
        return stateOf(id)!.shell!.line!;
      },
      decide: (who, line, decision) =>
        who.outcome({ type: "terminal.decide", terminalId: id, lineId: line.id, digest: line.digest, decision }),
      async runs(text, seen) {
        page.type(`${text}\r`);
        await page.sees(seen);
      },
      async end() {
        await room.outcome({ type: "terminal.kill", terminalId: id });
        await becomes(id, ({ recording }) => recording !== "recording", "ended");
      },
    };
  }

  describe.each(["bash", "zsh"] as const)("%s", (name) => {
    test("tells its commands, exit codes and folders, and everything of the user's still works", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "staging");
      await shell.page.sees("start-up-files-ran");
      await shell.runs("cd /tmp && false", /false[\s\S]*\$|%/u);
      await becomes(shell.id, ({ shell: told }) => told?.last?.exitCode === 1 && told.folder === "/tmp", "told");
      await shell.runs("echo status-$SEEN_STATUS", "status-1");
      await shell.runs("for i in 1 2\rdo echo two-$i\rdone", "two-2");
      await shell.runs("cat <<END\rhere-$((20+22))\rEND", "here-42");
      await shell.runs(
        name === "bash" ? "echo $SEEN_COMMAND | cut -c1-9; shopt login_shell" : "[[ -o login ]] && echo is-on",
        /\bis-on|on/u,
      );
      await shell.runs("echo again-!!", /again-/u);
      await shell.runs(`${name === "bash" ? "set -o vi" : "bindkey -v"}\recho vi-$((1+1))`, "vi-2");
      // Ctrl-C at the prompt, an empty line, and a line that nothing is known of where it may run.
      await shell.runs("nonsense \u0003\r\r./unknown-program", /not found|no such file/iu);
      await becomes(shell.id, ({ shell: told }) => told?.last?.exitCode === 127, "127");
      shell.page.type("exit 7\r");
      await becomes(shell.id, ({ recording }) => recording === "sealed", "sealed");
      expect(stateOf(shell.id)?.end?.exitCode).toBe(7);
      const { commands } = await commandsOf(new RecordingStore(agent.db, shell.id, undefined), shell.id);
      expect(commands.map(({ text, exitCode, folder }) => [text, exitCode, folder])).toEqual(
        expect.arrayContaining([
          ["cd /tmp && false", 1, shell.home],
          ["echo status-$SEEN_STATUS", 0, "/tmp"],
          ["for i in 1 2\ndo echo two-$i\ndone", 0, "/tmp"],
          ["./unknown-program", 127, "/tmp"],
        ]),
      );
      const history = await readFile(join(shell.home, name === "bash" ? ".bash_history" : ".zsh_history"), "utf8");
      expect(history).toContain("echo status-");
      expect(history).not.toMatch(/__il|\/dev\/fd|nonce/u);
    });

    test("a delete is confirmed by who drives, or taken back with Ctrl-C, and what is typed meanwhile is for nobody", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "staging");
      const file = join(shell.home, "kept");
      await shell.runs(`touch ${file}; echo made-$((1+1))`, "made-2");
      const line = await shell.waits(`rm -f ${file}\r`);
      expect(line).toMatchObject({ text: `rm -f ${file}`, decision: "confirm", effect: "delete", typedBy: [oncall.id] });
      shell.page.type("echo blind-$((1+1))\r");
      expect(await shell.decide(others.responder, line, "run")).toBe("not_driving");
      expect(await shell.decide(room, { ...line, digest: "0".repeat(64) }, "run")).toBe("digest_mismatch");
      shell.page.type("\u0003");
      await becomes(shell.id, ({ shell: told }) => told?.line === undefined, "given back");
      await shell.page.sees("not run, taken back by oncall");
      expect(existsSync(file)).toBe(true);
      // Typed on at once, as by a hand that knows what it wants: each key does what it does in a shell of one's own.
      for (const key of ["\u0003", "echo quick-", "$((1+1))\r"]) shell.page.type(key);
      await shell.page.sees("quick-2");
      shell.page.type(`rm -f ${file}`);
      // It stands there again, and can be changed.
      const again = await shell.waits("\r");
      expect(again.text).toBe(`rm -f ${file}`);
      expect(await shell.decide(room, again, "run")).toBe("ok");
      await expect.poll(() => existsSync(file)).toBe(false);
      await shell.runs("echo after-$((1+1))", "after-2");
      expect(shell.page.screen).not.toContain("blind-");
      await shell.end();
    });

    test("a signal while a line waits gives the prompt back, and leaves nothing open in the shell", async ({ skip }) => {
      if (hosts[name] === undefined || !existsSync("/proc/self/fd")) return skip();
      const shell = await open(name, "staging");
      await shell.runs("echo pid-$$-", /pid-\d+-/u);
      const pid = Number(/pid-(\d+)-/u.exec(shell.page.screen)![1]);
      const filesOf = (): Promise<string[]> => readdir(`/proc/${pid}/fd`);
      const before = await filesOf();
      for (let time = 0; time < 3; time++) {
        await shell.waits(`rm -f ${join(shell.home, "never-there")}\r`);
        process.kill(pid, "SIGINT");
        await becomes(shell.id, ({ shell: told }) => told?.line === undefined, "given up");
        await shell.runs(`echo after-$((${time}+40))`, `after-${time + 40}`);
      }
      expect(await filesOf()).toEqual(before);
      await shell.end();
    });

    test("in production others agree to the very bytes, and not who typed them", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "prod");
      const folder = join(shell.home, `gone-${name}`);
      const confirmed = await shell.waits(`mkdir ${folder}\r`);
      expect(confirmed.decision).toBe("confirm");
      expect(await shell.decide(room, confirmed, "run")).toBe("ok");
      await expect.poll(() => existsSync(folder)).toBe(true);
      const line = await shell.waits(`rm -rf ${folder}\r`);
      expect(line).toMatchObject({ decision: "ask", effect: "delete", reviews: [{ count: 1, group: "platform" }] });
      expect(await shell.decide(room, line, "approve")).toBe("self_review");
      expect(await shell.decide(room, line, "run")).toBe("forbidden");
      expect(await shell.decide(others.responder, line, "approve")).toBe("not_a_reviewer");
      expect(existsSync(folder)).toBe(true);
      expect(await shell.decide(others.reviewer, line, "reject")).toBe("ok");
      await shell.page.sees("not run, rejected by reviewer");
      expect(existsSync(folder)).toBe(true);
      const again = await shell.waits("\r");
      expect(await shell.decide(others.reviewer, line, "approve")).toBe("wrong_state");
      expect(await shell.decide(others.reviewer, again, "approve")).toBe("ok");
      await expect.poll(() => existsSync(folder)).toBe(false);
      const events = await agent.db.auditEvent.findMany({ where: { type: "terminal.line_decided" }, orderBy: { seq: "desc" }, take: 2 });
      expect(events.map(({ actor, data }) => [actor, JSON.parse(data).outcome, JSON.parse(data).line])).toEqual([
        ["reviewer", "run", `rm -rf ${folder}`],
        ["reviewer", "back", `rm -rf ${folder}`],
      ]);
      // Who types next has lines of their own, and agrees to none of them either.
      await shell.end();
    });

    test("what a program prints is no word of the shell's, whatever it looks like", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "staging");
      const marks = ["", "0", "abc123"]
        .flatMap((nonce) => [
          `A;nonce=${nonce}`,
          "D;99",
          `D;99;nonce=${nonce}`,
          "E;rm -rf /",
          `G;${nonce};began;fake 1;guard`,
          `G;${nonce};ask;1;whole`,
        ])
        .map((mark) => `\u001b]633;${mark}\u0007`)
        .join("");
      await writeFile(join(shell.home, "marks"), `${marks}\u001b]633;G;;ready;/bin/false\u0007printed\n`);
      await shell.runs("cat marks", "printed");
      await becomes(shell.id, ({ shell: told }) => told?.last?.text === "cat marks" && told.last.exitCode === 0, "over");
      expect(stateOf(shell.id)?.shell).toMatchObject({ guard: "guarded", name: expect.stringContaining(name) });
      expect(stateOf(shell.id)?.shell?.line).toBeUndefined();
      await shell.runs("echo still-$((1+1))", "still-2");
      // While another program reads, the pane can say which one, and that its lines do not wait.
      shell.page.type("sh\r");
      await becomes(shell.id, ({ shell: told }) => told?.running?.text === "sh", "running sh");
      shell.page.type(`rm -f ${shell.home}/marks; exit\r`);
      await becomes(shell.id, ({ shell: told }) => told?.running === undefined, "back");
      expect(existsSync(join(shell.home, "marks"))).toBe(false);
      await shell.end();
    });

    test("a character that is cut behind a line is whole again in the next one", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "staging");
      shell.page.send({ type: "input", bytes: Buffer.concat([Buffer.from('echo whole-$((1+1))\recho "'), Buffer.of(0xc3)]) });
      await shell.page.sees("whole-2");
      shell.page.send({ type: "input", bytes: Buffer.concat([Buffer.of(0xa4), Buffer.from('-$((2+2))"\r')]) });
      await shell.page.sees("ä-4");
      expect(shell.page.screen).not.toContain("no answer came");
      await shell.end();
    });

    test("lines that come at once wait one by one, and none runs behind one that was sent back", async ({ skip }) => {
      if (hosts[name] === undefined) return skip();
      const shell = await open(name, "staging");
      const file = join(shell.home, "second");
      shell.page.type(`echo one-$((1+1))\recho two-$((1+1))\rrm -f /nowhere\rtouch ${file}\r`);
      await becomes(shell.id, ({ shell: told }) => told?.line !== undefined, "waiting");
      await shell.page.sees("two-2");
      expect(await shell.decide(room, stateOf(shell.id)!.shell!.line!, "back")).toBe("ok");
      await shell.page.sees("not run");
      await shell.runs("\u0015echo three-$((1+1))", "three-2");
      expect(existsSync(file)).toBe(false);
      await shell.end();
    });
  });

  /** Ways in which a line could come past the guard without anybody meaning it to. One that is found becomes a row. */
  const ways: Record<"bash" | "zsh", [string, string][]> = {
    bash: [
      ["a hook that is overwritten", "PROMPT_COMMAND=\rrm -f FILE\r"],
      ["PS0 that is emptied", "PS0=\rrm -f FILE\r"],
      ["another key that runs a line", "rm -f FILE\u000f"],
      ["vi's command mode", "set -o vi\rrm -f FILE\u001b\r"],
      ["emacs again", "set -o emacs\rrm -f FILE\n"],
    ],
    zsh: [
      ["hooks that are emptied", "precmd_functions=() preexec_functions=()\rrm -f FILE\r"],
      ["another key that runs a line", "rm -f FILE\u000f"],
      ["holding a line", "rm -f FILE\u001ba"],
      ["a widget put in the place of Enter", "zle -A .accept-line accept-line\rrm -f FILE\r"],
    ],
  };
  const both: [string, string][] = [
    ["a line that goes on", "rm -f \\\rFILE\r"],
    ["a loop", "for x in 1\rdo rm -f FILE\rdone\r"],
    ["history", "echo rm -f FILE\r^echo ^^\r"],
    ["a here-document", "cat <<END | xargs rm -f\rFILE\rEND\r"],
    ["a paste", "\u001b[200~echo pasted\nrm -f FILE\u001b[201~\r"],
  ];
  test.for(["bash", "zsh"] as const)("%s waits, whichever way a line comes to run", async (name, { skip }) => {
    skip(hosts[name] === undefined, `${name} is not installed`);
    const shell = await open(name, "staging");
    const file = join(shell.home, "guarded-file");
    await writeFile(file, "");
    for (const [what, keys] of [...both, ...ways[name]]) {
      const line = await shell.waits(keys.replaceAll("FILE", file)).catch((error: unknown) => {
        throw new Error(`${what}: ${String(error)}\n${shell.page.screen}`);
      });
      expect(line, what).toMatchObject({ effect: "delete", text: expect.stringContaining(file) });
      expect(await shell.decide(room, line, "back")).toBe("ok");
      await becomes(shell.id, ({ shell: told }) => told?.line === undefined, "given back");
      // Pressed again where nothing comes of it: bash 5.2 draws no prompt for one in hundreds that come while it draws, without Interlock, too.
      for (let pressed = 0; !/[$%]$/u.test(shell.page.screen); await pause(5)) {
        if (Date.now() - pressed < 2_000) continue;
        shell.page.type("\u0003");
        pressed = Date.now();
      }
      expect(existsSync(file), what).toBe(true);
    }
    await shell.end();
  });

  test("a shell that is neither says so, and works", async () => {
    const shell = await open("sh", "staging", "none");
    expect(stateOf(shell.id)?.shell?.why).toContain("the shell there is sh");
    await shell.runs("echo plain-$((1+1))", "plain-2");
    await shell.end();
  });
});
