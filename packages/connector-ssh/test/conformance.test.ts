import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { conformance, type ConformanceSubject } from "@interlock/connector/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ssh, type SshSecret } from "../src/index.ts";
import { sshdFor, startSshd, type TestSshd } from "../src/testing.ts";

/** Rules of the suite that a host cannot keep as they are written: it has no transactions, and no rows that are counted. */
const OTHERWISE: ReadonlySet<string> = new Set([
  "a write says what it affected",
  "the guard lets through what was approved and undoes what is more",
  "one failing statement undoes the command and is named",
  // It waits for what came of it, which the host is asked in a session of its own; see script.test.ts.
  "a cancel is obeyed within 100 ms",
  // What names stand for are the host's approved keys here; see script.test.ts.
  "nothing runs when a name stands for something else by now",
]);

describe.skipIf(sshdFor("the rules of connectors for hosts by SSH") === undefined)("a host keeps the rules of connectors", () => {
  let sshd: TestSshd;
  let subject: ConformanceSubject<SshSecret>;
  beforeAll(async () => {
    sshd = await startSshd();
    const stranger = await sshd.makeKey();
    const file = join(sshd.home, "written");
    const written = `printf 'a\\nb\\n' >> ${file}`;
    const password = stranger.privateKey.split("\n")[2]!;
    subject = {
      connector: ssh,
      secret: ssh.readSecret(sshd.secret()),
      downSecret: ssh.readSecret(sshd.secret({ port: 1 })),
      wrongSecret: ssh.readSecret(sshd.secret({ auth: { kind: "key", privateKey: stranger.privateKey } })),
      password,
      badSecrets: [
        null,
        password,
        { password },
        sshd.secret({ auth: { kind: "key", privateKey: [password] } }),
        sshd.secret({ [password]: 1 }),
      ],
      garbage: ["echo 'open", "if then fi (", "((", "a && && b"],
      read: "seq 1 20",
      many: "seq 1 100000",
      slow: "sleep 60",
      write: { text: written, object: file, rows: 2 },
      writeThenFail: `${written}\nfalse`,
      written: async () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0) / 2,
      reset: async () => rmSync(file, { force: true }),
      replaceTarget: async () => undefined,
      openRuns: async () => {
        // The server notices a moment later that a connection has ended.
        for (let tries = 0; tries < 100 && sshd.connections().length > 0; tries++) await sleep(20);
        return sshd.connections().length;
      },
    };
  });
  afterAll(() => sshd?.close());

  // The suite only names its cases here; what they are about is made before they run.
  const names = conformance({ write: {} } as ConformanceSubject<SshSecret>).map(({ name }) => name);
  it.each(names.filter((name) => !OTHERWISE.has(name)))("%s", async (name) => {
    const found = conformance(subject).find((one) => one.name === name);
    expect(found).toBeDefined();
    await found!.run();
  });
});
