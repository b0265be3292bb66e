import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DEFAULT_POLICY } from "@interlock/policy";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interlock } from "./interlock.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("says its version and how to use it", async () => {
  expect(await interlock(["--version"])).toEqual({ code: 0, out: "0.1.0\n", error: "" });
  const help = await interlock(["--help"]);
  expect(help).toMatchObject({ code: 0, error: "" });
  for (const command of [
    "analyze",
    "analyze --connector kubernetes",
    "policy test POLICY",
    "audit verify",
    "connection add",
    "user add",
    "token create --user NAME",
    "token --connection NAME --service-account NAMESPACE/NAME",
    "policy check FILE",
  ])
    expect(help.out).toContain(command);
});

test("works from another Node than the pinned one", async () => {
  const other = await promisify(execFile)("sh", ["-c", "PATH=/usr/local/bin:/usr/bin:/bin command -v node"]).then(
    ({ stdout }) => stdout.trim(),
    () => process.execPath,
  );
  expect(await interlock(["--version"], {}, "", other)).toEqual({ code: 0, out: "0.1.0\n", error: "" });
  // Exit codes and standard input pass through.
  expect(await interlock(["policy", "check", "-"], {}, "version: 1\n", other)).toMatchObject({
    code: 1,
    out: expect.stringContaining("-:1:1: "),
  });
});

test.each([
  ["nothing", [], /What should be done/],
  ["a command there is not", ["audit", "forge"], /no command "audit forge"/],
  ["an option there is not", ["audit", "verify", "--deep"], /Unknown option '--deep'/],
  ["a word too many", ["policy", "check", "a", "b"], /What is "b"/],
  ["no file", ["policy", "check"], /Name its FILE/],
  ["a file there is not", ["policy", "check", "no-such-file"], /Cannot read no-such-file: ENOENT/],
  ["nobody", ["token", "create"], /--user NAME/],
  ["no target", ["analyze", "-"], /either --dsn URL or --connection NAME/],
  ["two targets", ["analyze", "--dsn", "postgres://h/d", "--connection", "c", "-"], /either --dsn URL or --connection NAME/],
  ["a DSN that is none", ["analyze", "--dsn", "mysql://h/d", "-"], /must be a URL that begins with postgres/],
  ["a limit there is not", ["analyze", "--dsn", "postgres://h/d", "--fail-on", "nonsense", "-"], /--fail-on is deny, review, never/],
  ["a format there is not", ["analyze", "--dsn", "postgres://h/d", "--format", "xml", "-"], /no format "xml"/],
])("usage: %s is 2 and says what to do", async (_, args, error) => {
  const finished = await interlock(args);
  expect(finished).toMatchObject({ code: 2, out: "", error: expect.stringMatching(error) });
});

test("text beyond the limit is refused with the limit's name", async () => {
  const finished = await interlock(["analyze", "--dsn", "postgres://h/d", "-"], {}, "x".repeat(300_000));
  expect(finished).toMatchObject({ code: 2, error: expect.stringContaining("longer than 262144 bytes") });
});

test("a state folder that is not there is unreachable", async () => {
  const finished = await interlock(["audit", "verify"], { INTERLOCK_HOME: join(folder, "nowhere") });
  expect(finished).toMatchObject({ code: 3, out: "", error: expect.stringContaining("Run npm start first") });
});

test("a database that does not answer is unreachable, and its password is not repeated", async () => {
  const finished = await interlock(["audit", "verify"], { DATABASE_URL: "postgres://interlock:hunter2@127.0.0.1:1/interlock" });
  expect(finished).toMatchObject({ code: 3, out: "", error: expect.stringContaining("does not answer") });
  expect(finished.error).not.toContain("hunter2");
});

test("policy check: 0 and a summary, or 1 and every error at its place", async () => {
  const good = join(folder, "good.yaml");
  await writeFile(good, DEFAULT_POLICY);
  const count = (section: string): number =>
    new RegExp(String.raw`^${section}:\n((?: .*|#.*)?\n)*`, "mu").exec(DEFAULT_POLICY)![0].match(/^ {2}- id: /gmu)!.length;
  const sections = ["terminals", "recordings", "files"].map((name) => `${count(name)} of ${name}`).join(", ");
  expect(await interlock(["policy", "check", good])).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^ok, ${count("rules")} rules, ${sections}, 1 switched off, version [0-9a-f]{12}\n$`)),
  });
  const bad = join(folder, "bad.yaml");
  await writeFile(bad, "version: 1\nrules:\n  - id: a\n    effect: deny\n    when: impact.rows.vlaue > 1\n");
  expect(await interlock(["policy", "check", bad])).toEqual({ code: 1, out: `${bad}:5:23: there is no vlaue\n`, error: "" });
});
