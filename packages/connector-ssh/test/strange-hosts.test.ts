import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { Target } from "@interlock/connector";
import ssh2, { type AuthContext, type Connection, type KeyboardAuthContext } from "ssh2";
import { afterEach, expect, it } from "vitest";
import { ssh } from "../src/index.ts";

/** Hosts that do what no OpenSSH does; they need no program of this machine. */
const never = (): AbortSignal => new AbortController().signal;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }) as string;
const publicKey = (ssh2.utils.parseKey(key) as ssh2.ParsedKey).getPublicSSH().toString("base64");

async function strange(serve: (client: Connection) => void, more: Record<string, unknown> = {}): Promise<Target> {
  const server = new ssh2.Server({ hostKeys: [key] }, (client) => {
    // They leave without a word.
    client.on("error", () => undefined);
    serve(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const secret = ssh.readSecret({
    host: "127.0.0.1",
    port,
    user: "deploy",
    auth: { kind: "password", password: "s3cret" },
    hostKeys: [`ssh-rsa ${publicKey}`],
    ...more,
  });
  const target = ssh.open({ connectionName: "strange", secret, maskedColumns: () => [] });
  closing.push(
    () => target.close(),
    () => server.close(),
  );
  return target;
}

const letIn = (context: AuthContext): void => (context.method === "none" ? context.reject(["password"]) : context.accept());

it("gives the password to one hidden question only", async () => {
  for (const [questions, answers] of [
    [[{ prompt: "Password: ", echo: false }], ["s3cret"]],
    [[{ prompt: "Password: ", echo: true }], [""]],
    [
      [
        { prompt: "Password: ", echo: false },
        { prompt: "One-time code: ", echo: false },
      ],
      ["", ""],
    ],
  ] as const) {
    const given: string[][] = [];
    const target = await strange((client) =>
      client.on("authentication", (context) => {
        if (context.method !== "keyboard-interactive") return context.reject(["keyboard-interactive"]);
        (context as KeyboardAuthContext).prompt([...questions], (first) => {
          given.push(first);
          // Asked again, it has nothing more to say.
          (context as KeyboardAuthContext).prompt([{ prompt: "And now? ", echo: false }], (second) => {
            given.push(second);
            context.reject(["keyboard-interactive"]);
          });
        });
      }),
    );
    await expect(target.ping(never())).rejects.toMatchObject({ code: "target_auth" });
    expect(given).toEqual([[...answers], [""]]);
  }
});

it("does not send a password to a host that takes none", async () => {
  const tried: string[] = [];
  const target = await strange((client) =>
    client.on("authentication", (context) => {
      tried.push(context.method);
      context.reject(["publickey"]);
    }),
  );
  await expect(target.ping(never())).rejects.toMatchObject({
    code: "target_auth",
    message: expect.stringMatching(/does not let in by password\. It takes publickey/) as string,
  });
  expect(tried).toEqual(["none"]);
});

it("does not wait for a host that opens no session", async () => {
  // `session` is neither accepted nor refused.
  const target = await strange((client) => client.on("authentication", letIn).on("session", () => undefined), { connectTimeoutMs: 1_500 });
  const sink = { columns: () => undefined, rows: () => undefined, end: () => undefined, notice: () => undefined };
  const request = { text: "uptime", access: "write" as const, timeoutMs: 5_000, rowCap: 1, applicationName: "x" };
  const [terminal, run] = await Promise.allSettled([
    target.terminal!({ columns: 80, rows: 24 }, never()),
    target.execute({ ...request, resolution: await target.resolve("uptime", never()) }, sink, never()),
  ]);
  const message: unknown = expect.stringMatching(/no answer within 1\.5 s/);
  expect(terminal).toMatchObject({ status: "rejected", reason: { code: "target_down", message } });
  expect(run).toMatchObject({
    value: { state: "failed", error: { code: "target_down", message: expect.stringMatching(/Nothing was run/) as string } },
  });
});

it("says so when a host refuses shells, or lets in and hangs up", async () => {
  const refuses = await strange((client) =>
    client.on("authentication", letIn).on("session", (accept) => {
      accept().on("pty", (_accept, reject) => reject?.());
    }),
  );
  await expect(refuses.terminal!({ columns: 80, rows: 24 }, never())).rejects.toMatchObject({ code: "target_down" });
  const leaves = await strange((client) => client.on("authentication", letIn).on("ready", () => client.end()));
  await expect(leaves.terminal!({ columns: 80, rows: 24 }, never())).rejects.toMatchObject({ code: "target_down" });
});

it("leaves how a script ended unknown where the host does not say", async () => {
  const target = await strange((client) =>
    client.on("authentication", letIn).on("session", (accept) => {
      accept().on("exec", (run) => {
        const channel = run();
        channel.resume().on("end", () => channel.close());
      });
    }),
  );
  const text = "uptime";
  const sink = { columns: () => undefined, rows: () => undefined, end: () => undefined, notice: () => undefined };
  const request = {
    text,
    resolution: await target.resolve(text, never()),
    access: "write" as const,
    timeoutMs: 5_000,
    rowCap: 1,
    applicationName: "x",
  };
  expect(await target.execute(request, sink, never())).toMatchObject({ state: "unknown" });
});
