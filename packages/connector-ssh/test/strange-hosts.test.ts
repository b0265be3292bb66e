import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { ExecuteOutcome, ExecuteSink, Target } from "@interlock/connector";
import ssh2, { type AuthContext, type Connection, type KeyboardAuthContext, type ServerChannel } from "ssh2";
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

/** Runs a script, of whose output one line is kept. */
async function run(target: Target, sink: Partial<ExecuteSink>): Promise<ExecuteOutcome> {
  const nothing = { columns: () => undefined, rows: () => undefined, end: () => undefined, notice: () => undefined };
  const resolution = await target.resolve("uptime", never());
  const request = { text: "uptime", resolution, access: "write" as const, timeoutMs: 5_000, rowCap: 1, applicationName: "x" };
  return target.execute(request, { ...nothing, ...sink }, never());
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
  const [terminal, script] = await Promise.allSettled([target.terminal!({ columns: 80, rows: 24 }, never()), run(target, {})]);
  const message: unknown = expect.stringMatching(/no answer within 1\.5 s/);
  expect(terminal).toMatchObject({ status: "rejected", reason: { code: "target_down", message } });
  expect(script).toMatchObject({
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

it("hangs up on a host that takes no signals, and says that the shell may still run", async () => {
  const told: string[] = [];
  const target = await strange((client) => {
    client.on("authentication", letIn).on("session", (accept) => {
      const session = accept();
      session.on("pty", (take) => take?.()).on("shell", (take) => void take().write("$ "));
      session.on("signal", (_accept, _reject, { name }) => told.push(name));
    });
    client.on("close", () => told.push("closed"));
  });
  const terminal = await target.terminal!({ columns: 80, rows: 24 }, never());
  let seen = "";
  terminal.onData((bytes) => (seen += Buffer.from(bytes).toString()));
  await expect.poll(() => seen).toBe("$ ");
  const killed = await terminal.kill();
  expect(killed.did).toBe("Sent HUP and KILL, and hung up without an answer.");
  expect(killed.mayStillRun).toMatch(/did not say that the shell has ended.*It lost its terminal\..*nohup/);
  // One after the other, and gone at last from where it is served.
  await expect.poll(() => told).toEqual(["HUP", "KILL", "closed"]);
  expect(await terminal.ended).toEqual({ why: "it was killed" });
});

it("says that what ran may run on where the connection broke before it was killed", async () => {
  const clients: Connection[] = [];
  const target = await strange((client) => {
    clients.push(client);
    client.on("authentication", letIn).on("session", (accept) => {
      accept()
        .on("pty", (take) => take?.())
        .on("shell", (take) => take());
    });
  });
  const terminal = await target.terminal!({ columns: 80, rows: 24 }, never());
  for (const client of clients) client.end();
  expect((await terminal.ended).why).toMatch(/127\.0\.0\.1:\d+ closed the connection/);
  expect(await terminal.kill()).toEqual({
    did: "The connection was broken already.",
    mayStillRun: expect.stringMatching(/may run on until the host notices/) as string,
  });
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
  expect(await run(target, {})).toMatchObject({ state: "unknown" });
});

/** A host's end of a session by its packets: the library's own channels keep to the window. */
interface Packets {
  send(stream: Stream, bytes: Buffer): void;
  endOfFile(): void;
}
type Stream = "stdout" | "stderr";
interface InnerProtocol {
  channelData(channel: number, bytes: Buffer): void;
  channelExtData(channel: number, bytes: Buffer, type: number): void;
  channelEOF(channel: number): void;
}

/** What a host has for whoever asks for a shell or a script; `answer` lets it begin. */
const serving =
  (serve: (packets: Packets, answer: () => ServerChannel) => void) =>
  (client: Connection): void => {
    const { _protocol: protocol } = client as unknown as { _protocol: InnerProtocol };
    client.on("authentication", letIn).on("session", (accept) => {
      const session = accept();
      const { id } = (session as unknown as { _chanInfo: { outgoing: { id: number } } })._chanInfo.outgoing;
      const packets: Packets = {
        send: (stream, bytes) => (stream === "stdout" ? protocol.channelData(id, bytes) : protocol.channelExtData(id, bytes, 1)),
        endOfFile: () => protocol.channelEOF(id),
      };
      const begin = (take: () => ServerChannel): void => serve(packets, take);
      session.on("pty", (take) => take?.()).on("shell", begin);
      session.on("exec", begin);
    });
  };

/** Far more than a host is given room for. */
const FLOOD = 8 * 1024 * 1024;
const flood = ({ send }: Packets, stream: Stream): void => {
  const bytes = Buffer.alloc(32 * 1024, "x");
  for (let sent = 0; sent < FLOOD; sent += bytes.length) send(stream, bytes);
};
const OVERRUN = /127\.0\.0\.1:\d+ sent more than it was given room for/;

it.each(["stdout", "stderr"] as const)("ends a terminal whose host sends on while it has to wait (%s)", async (stream) => {
  let host: Packets | undefined;
  const target = await strange(
    serving((packets, answer) => {
      answer();
      host = packets;
    }),
  );
  const terminal = await target.terminal!({ columns: 80, rows: 24 }, never());
  let told = 0;
  terminal.onData((bytes) => (told += bytes.length));
  terminal.pause();
  await expect.poll(() => host).toBeDefined();
  flood(host!, stream);
  expect((await terminal.ended).why).toMatch(OVERRUN);
  expect(told).toBeLessThan(512 * 1024);
});

it("opens no terminal, and runs no script, of a host that sends on before it has answered", async () => {
  const target = await strange(serving((packets) => flood(packets, "stdout")));
  await expect(target.terminal!({ columns: 80, rows: 24 }, never())).rejects.toMatchObject({
    code: "target_down",
    message: expect.stringMatching(OVERRUN) as string,
  });
  expect(await run(target, {})).toMatchObject({ state: "failed", error: { message: expect.stringMatching(OVERRUN) as string } });
});

it.each(["columns", "rows"] as const)("ends a script whose host sends on while what came is being kept (%s)", async (slow) => {
  const held = new Promise<void>((resolve) => setTimeout(resolve, 1_000));
  const target = await strange(
    serving((packets, answer) => {
      answer().resume();
      packets.send("stdout", Buffer.from("first\n"));
      setTimeout(() => flood(packets, "stdout"), 200);
    }),
  );
  const outcome = await run(target, {
    columns: () => (slow === "columns" ? held : undefined),
    rows: () => (slow === "rows" ? held : undefined),
  });
  expect(outcome).toMatchObject({ error: { code: "target_down", message: expect.stringMatching(OVERRUN) as string } });
});

it("takes nothing of a host after it has said that nothing follows", async () => {
  const target = await strange(
    serving((packets, answer) => {
      const channel = answer();
      packets.send("stdout", Buffer.from("all"));
      // In one write, so that they come together.
      packets.endOfFile();
      packets.send("stderr", Buffer.from("more"));
      packets.send("stdout", Buffer.from("more"));
      setTimeout(() => channel.close(), 100);
    }),
  );
  const terminal = await target.terminal!({ columns: 80, rows: 24 }, never());
  let text = "";
  terminal.onData((bytes) => (text += Buffer.from(bytes).toString()));
  await terminal.ended;
  expect(text).toBe("all");
});
