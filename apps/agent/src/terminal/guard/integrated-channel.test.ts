import { TargetError, type TerminalChannel, type TerminalEnd, type TerminalRequest } from "@interlock/connector";
import { expect, test, vi } from "vitest";
import { openIntegrated } from "./integrated-channel.ts";

const READY = "\u001b]633;G;;ready;/bin/bash\u0007";
const SHOW = "\u001b]633;G;n1;show\u0007";

/** What a target opens, in the order it is opened. */
function target(...refusals: (TargetError | undefined)[]) {
  const opened: { request: TerminalRequest; written: string; says: (text: string) => void; ends: (end: TerminalEnd) => void }[] = [];
  const open = (request: TerminalRequest): Promise<TerminalChannel> => {
    const refusal = refusals[opened.length];
    let listener: (bytes: Uint8Array) => void = () => undefined;
    let ends: (end: TerminalEnd) => void = () => undefined;
    const ended = new Promise<TerminalEnd>((resolve) => (ends = resolve));
    const one = { request, written: "", says: (text: string) => listener(new TextEncoder().encode(text)), ends };
    opened.push(one);
    if (refusal !== undefined) return Promise.reject(refusal);
    return Promise.resolve({
      onData: (told) => void (listener = told),
      pause: () => undefined,
      resume: () => undefined,
      write: (bytes) => {
        one.written += new TextDecoder().decode(bytes);
        return Promise.resolve();
      },
      resize: () => undefined,
      kill: () => Promise.resolve({ did: "" }),
      ended,
    });
  };
  return { opened, open };
}

async function shown({ open }: ReturnType<typeof target>, mode: "login" | "plain" = "login") {
  const absent = vi.fn<(why: string) => void>();
  const request = { columns: 80, rows: 24 };
  const { channel, why } = await openIntegrated(open, request, { nonce: "n1", guard: true, mode, absent });
  let text = "";
  channel.onData((bytes) => void (text += new TextDecoder().decode(bytes)));
  return { channel, why, absent, text: () => text.replaceAll(READY, "") };
}

test("keys that are typed before the shell is there wait for it, and none of them becomes part of what it reads", async () => {
  const host = target();
  const { channel, text } = await shown(host);
  const written = channel.write(new TextEncoder().encode("ls\r"));
  host.opened[0]!.says(`hello ${READY}`);
  expect(host.opened[0]!.written).toMatch(/#end\n$/u);
  host.opened[0]!.says(`echo of it${SHOW}user$ `);
  await written;
  expect(host.opened[0]!.written).toMatch(/#end\nls\r$/u);
  expect(text()).toBe("hello user$ ");
  host.opened[0]!.ends({ exitCode: 3 });
  expect(await channel.ended).toEqual({ exitCode: 3 });
});

test("a target that runs no command opens its shell as it is", async () => {
  const host = target(new TargetError("target_down", "The host opens no terminal."));
  const { why } = await shown(host);
  expect(why).toContain("runs no command");
  expect(host.opened[1]!.request.program).toBeUndefined();
  await expect(shown(target(new TargetError("host_key_changed", "Another key.")))).rejects.toMatchObject({ code: "host_key_changed" });
});

test("without an sh that may be run the shell is opened as it is", async () => {
  const host = target();
  const { channel, absent, text } = await shown(host);
  host.opened[0]!.ends({ exitCode: 127 });
  await vi.waitFor(() => expect(host.opened).toHaveLength(2));
  await vi.waitFor(() => expect(absent).toHaveBeenCalled());
  await channel.write(new TextEncoder().encode("x"));
  host.opened[1]!.says("menu");
  await vi.waitFor(() => expect(text()).toBe("menu"));
});

test("a program that a host forces on everybody runs once, and is shown and typed into", async () => {
  const host = target();
  const { channel, text } = await shown(host);
  host.opened[0]!.says("no shell for you\r\n");
  host.opened[0]!.ends({ exitCode: 1 });
  expect(await channel.ended).toEqual({ exitCode: 1 });
  expect([host.opened.length, text()]).toEqual([1, "no shell for you\r\n"]);
});

test("a container whose sh cannot read it is opened as it is, whatever that ends with, and what it complained of is left out", async () => {
  const host = target();
  const { text } = await shown(host, "plain");
  host.opened[0]!.says("sh: syntax error");
  host.opened[0]!.ends({ exitCode: 2 });
  await vi.waitFor(() => expect(host.opened).toHaveLength(2));
  host.opened[1]!.says("# ");
  await vi.waitFor(() => expect(text()).toBe("# "));
});

test("what is no shell is opened as it was asked for", async () => {
  for (const program of [{ argv: ["top"] }, { pod: { namespace: "a", name: "b", mode: "attach" as const } }]) {
    const host = target();
    const { why } = await openIntegrated(
      host.open,
      { columns: 80, rows: 24, program },
      { nonce: "n", guard: true, mode: "plain", absent: vi.fn<(why: string) => void>() },
    );
    expect(why).toBeDefined();
    expect(host.opened[0]!.request.program).toEqual(program);
  }
});
