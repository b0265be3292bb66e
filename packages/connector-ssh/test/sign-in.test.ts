import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { execFile } from "node:child_process";
import { TargetError, type HostKeys, type OfferedKey } from "@interlock/connector";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ssh } from "../src/index.ts";
import { sshdFor, startSshd, type TestSshd } from "../src/testing.ts";

const never = (): AbortSignal => new AbortController().signal;

/** Signs in and out again. */
async function ping(secret: Record<string, unknown>, more: { hostKeys?: HostKeys; agentSockets?: string[] } = {}): Promise<void> {
  const { hostKeys, agentSockets } = more;
  const target = ssh.open({
    connectionName: "web-1",
    secret: ssh.readSecret(secret),
    maskedColumns: () => [],
    ...(hostKeys === undefined ? {} : { hostKeys }),
    ...(agentSockets === undefined ? {} : { host: { agentSockets } }),
  });
  try {
    await target.ping(never());
  } finally {
    await target.close();
  }
}

const faultOf = async (work: Promise<unknown>): Promise<TargetError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TargetError);
  return error as TargetError;
};

/** What a server wrote down. It does so behind the sign-in, so that those who are there have to be gone first. */
async function logOf(server: TestSshd): Promise<string> {
  await expect.poll(() => server.connections()).toEqual([]);
  return server.log();
}

const accepted = async (server: TestSshd): Promise<number> => ((await logOf(server)).match(/Accepted publickey/g) ?? []).length;

describe.skipIf(sshdFor("signing in to hosts by SSH") === undefined)("signing in to a host", () => {
  let sshd: TestSshd;
  /** A second host, which also has the first one's key, and takes passwords only by keyboard-interactive. */
  let other: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
    const config = `HostKey ${sshd.folder}/host\nUsePAM yes\nPasswordAuthentication no\nRekeyLimit 256K`;
    other = await startSshd({ hostKeyType: "ecdsa", config });
  });
  afterAll(async () => {
    await other?.close();
    await sshd?.close();
  });

  it("lets in by every kind of key, and by one with a passphrase", async () => {
    const { ed25519, locked } = sshd.keys;
    await ping(sshd.secret({ auth: { kind: "key", privateKey: ed25519.privateKey } }));
    await ping(sshd.secret({ auth: { kind: "key", privateKey: locked.privateKey, passphrase: "open sesame" } }));
    for (const type of ["ecdsa", "rsa"] as const) {
      const key = await sshd.makeKey(type);
      await sshd.authorize(key.publicKey);
      await ping(sshd.secret({ auth: { kind: "key", privateKey: key.privateKey } }));
    }
    expect(await accepted(sshd)).toBe(4);
  });

  it("reads keys of PKCS #8, also encrypted ones", async () => {
    for (const [type, options] of [
      ["ed25519", {}],
      ["ec", { namedCurve: "P-256" }],
      ["rsa", { modulusLength: 2048 }],
    ] as const) {
      const { privateKey } = generateKeyPairSync(type as "rsa", options as { modulusLength: number });
      for (const passphrase of [undefined, "pw"]) {
        const text = privateKey.export({
          type: "pkcs8",
          format: "pem",
          ...(passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase }),
        }) as string;
        const fault = await faultOf(
          ping(sshd.secret({ auth: { kind: "key", privateKey: text, ...(passphrase === undefined ? {} : { passphrase }) } })),
        );
        // It could be read and was refused by the host, which does not know it.
        expect(fault.message).toMatch(/refused the key/);
        expect(createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }).type).toBe("private");
      }
    }
  });

  it("says why a key is not taken, and nothing of it", async () => {
    const stranger = await sshd.makeKey();
    const refused = await faultOf(ping(sshd.secret({ auth: { kind: "key", privateKey: stranger.privateKey } })));
    expect(refused.code).toBe("target_auth");
    expect(refused.message).toContain(`${sshd.user}@127.0.0.1:${sshd.port} refused the key`);
    for (const auth of [
      { kind: "key", privateKey: sshd.keys.locked.privateKey, passphrase: "s3cret-wrong" },
      { kind: "key", privateKey: sshd.keys.locked.privateKey },
      { kind: "key", privateKey: "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----" },
      { kind: "key", privateKey: "s3cret" },
      { kind: "key", privateKey: stranger.publicKey },
    ]) {
      const fault = await faultOf(ping(sshd.secret({ auth })));
      expect(fault.code).toBe("target_auth");
      expect(fault.message).not.toMatch(/s3cret/);
    }
  });

  it("lets in by a certificate of the host's authority, for every kind of key", async () => {
    for (const type of ["ed25519", "ecdsa", "rsa"] as const) {
      const key = await sshd.makeKey(type);
      const certificate = await sshd.certify(key.publicKey);
      await ping(sshd.secret({ auth: { kind: "certificate", privateKey: key.privateKey, certificate } }));
      // It is the certificate that lets in, not the key.
      expect((await faultOf(ping(sshd.secret({ auth: { kind: "key", privateKey: key.privateKey } })))).code).toBe("target_auth");
    }
  });

  it("says what is wrong with a certificate before it is used", async () => {
    const [key, other] = await Promise.all([sshd.makeKey(), sshd.makeKey()]);
    const fault = async (certificate: string, privateKey = key.privateKey): Promise<string> => {
      const { code, message } = await faultOf(ping(sshd.secret({ auth: { kind: "certificate", privateKey, certificate } })));
      expect(code).toBe("target_auth");
      return message;
    };
    expect(await fault(await sshd.certify(key.publicKey, { validity: "-2h:-1h" }))).toMatch(/expired at \d{4}-/);
    expect(await fault(await sshd.certify(key.publicKey, { validity: "+1h:+2h" }))).toMatch(/not valid before/);
    expect(await fault(await sshd.certify(key.publicKey, { host: true }))).toMatch(/of a host/);
    expect(await fault(await sshd.certify(other.publicKey))).toMatch(/another key/);
    expect(await fault(key.publicKey)).toMatch(/not an OpenSSH certificate/);
    expect(await fault("ssh-ed25519-cert-v01@openssh.com AAAA")).toMatch(/damaged/);
  });

  it("lets in by password, and by keyboard-interactive where the host has only that", async ({ skip }) => {
    const { password } = sshd;
    if (password === undefined) return skip("only root can make an account with a password");
    await ping(sshd.secret({ auth: { kind: "password", password } }));
    const fault = await faultOf(ping(sshd.secret({ auth: { kind: "password", password: "s3cret-wrong" } })));
    expect(fault.code).toBe("target_auth");
    expect(fault.message).toMatch(/refused the password/);
    expect(fault.message).not.toMatch(/s3cret/);
    await ping(other.secret({ auth: { kind: "password", password: other.password } }));
  });

  it("says that a host wants a second factor", async ({ skip }) => {
    if (sshd.password === undefined) return skip("only root can make an account with a password");
    const strict = await startSshd({ config: "AuthenticationMethods publickey,password" });
    try {
      const fault = await faultOf(ping(strict.secret()));
      expect(fault.code).toBe("target_auth");
      expect(fault.message).toMatch(/something further. It takes password/);
    } finally {
      await strict.close();
    }
  });

  it("uses an SSH agent only where the operator allows its socket", async () => {
    const socket = `${sshd.folder}/agent.sock`;
    const agent = execFile("ssh-agent", ["-D", "-a", socket]);
    try {
      const file = `${sshd.folder}/user`;
      await expect
        .poll(
          () =>
            new Promise((resolve) =>
              execFile("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket } }, (error) => resolve(error === null)),
            ),
        )
        .toBe(true);
      const secret = sshd.secret({ auth: { kind: "agent", socket } });
      await ping(secret, { agentSockets: [socket] });
      const fault = await faultOf(ping(secret, { agentSockets: ["/run/other.sock"] }));
      expect(fault.code).toBe("target_auth");
      expect(fault.message).toMatch(/operator/);
      const gone = `${sshd.folder}/gone.sock`;
      expect((await faultOf(ping(sshd.secret({ auth: { kind: "agent", socket: gone } }), { agentSockets: [gone] }))).code).toBe(
        "target_auth",
      );
    } finally {
      agent.kill();
    }
  });

  it("sends nothing to a host whose key is not approved", async () => {
    const before = (await logOf(sshd)).length;
    const met: OfferedKey[] = [];
    const keysOf = (pinned: string[]): HostKeys => ({
      pinned: async (host, port) => {
        expect([host, port]).toEqual(["127.0.0.1", sshd.port]);
        return pinned.map((line) => ({ algorithm: line.split(" ")[0]!, key: line.split(" ")[1]! }));
      },
      met: (offer) => met.push(offer),
    });
    const secret = sshd.secret({ hostKeys: [] });
    const unknown = await faultOf(ping(secret, { hostKeys: keysOf([]) }));
    expect(unknown.code).toBe("host_key_unknown");
    expect(unknown.message).toContain(sshd.fingerprint);
    const other = await sshd.makeKey();
    const changed = await faultOf(ping(secret, { hostKeys: keysOf([other.publicKey]) }));
    expect(changed.code).toBe("host_key_changed");
    expect(changed.message).toContain(sshd.fingerprint);
    const [algorithm, key] = sshd.hostKey.split(" ");
    const offer = { host: "127.0.0.1", port: sshd.port, algorithm, key, fingerprint: sshd.fingerprint };
    expect(met).toEqual([
      { ...offer, state: "unknown" },
      { ...offer, state: "changed" },
    ]);
    // Nobody keeps approvals: nothing is approved.
    expect((await faultOf(ping(secret))).code).toBe("host_key_unknown");
    expect((await logOf(sshd)).slice(before)).not.toMatch(/Accepted|Failed|Postponed|invalid user/i);
    await ping(secret, { hostKeys: keysOf([other.publicKey, sshd.hostKey]) });
    expect(met).toHaveLength(2);
  });

  it("asks for the kind of key that is approved where a host has several", async () => {
    // It would prefer Ed25519, and is only known by its ECDSA key.
    expect(other.hostKey).toMatch(/^ecdsa-/);
    await ping(other.secret());
    await ping(other.secret({ hostKeys: [sshd.hostKey] }));
  });

  it("goes through jump hosts, each with its own account and key", async () => {
    const before = await accepted(other);
    await ping(sshd.secret({ jumps: [other.secret()] }));
    await ping(sshd.secret({ jumps: [other.secret(), other.secret()] }));
    expect((await accepted(other)) - before).toBe(3);
    const unknown = await faultOf(ping(sshd.secret({ jumps: [other.secret({ hostKeys: [] })] })));
    expect(unknown.code).toBe("host_key_unknown");
    expect(unknown.message).toContain(`127.0.0.1:${other.port} `);
    expect((await faultOf(ping(sshd.secret({ hostKeys: [], jumps: [other.secret()] })))).message).toContain(sshd.fingerprint);
    const closed = await faultOf(ping(sshd.secret({ port: 1, jumps: [other.secret()] })));
    expect(closed.code).toBe("target_down");
    expect(closed.message).toMatch(/127\.0\.0\.1:1 cannot be reached/);
    await expect.poll(() => [...other.connections(), ...sshd.connections()]).toEqual([]);
  });

  it("goes on when the host asks for new keys, which are the same host's", async () => {
    const met: OfferedKey[] = [];
    const hostKeys: HostKeys = { pinned: async () => [], met: (offer) => met.push(offer) };
    const target = ssh.open({ connectionName: "x", secret: ssh.readSecret(other.secret()), maskedColumns: () => [], hostKeys });
    const program = { argv: ["/bin/sh", "-c", "stty -opost; seq 1 200000"] };
    const terminal = await target.terminal!({ columns: 80, rows: 24, program }, never());
    const pieces: Uint8Array[] = [];
    terminal.onData((bytes) => pieces.push(bytes));
    expect(await terminal.ended).toEqual({ exitCode: 0 });
    expect(Buffer.concat(pieces).toString()).toBe(Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join(""));
    expect(met).toEqual([]);
  });

  it("says that a host is down, and does not wait longer than it may", async () => {
    const down = await faultOf(ping(sshd.secret({ port: 1 })));
    expect(down.code).toBe("target_down");
    expect(down.message).toMatch(/ECONNREFUSED/);
    const { createServer } = await import("node:net");
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    const late = await faultOf(ping(sshd.secret({ port, connectTimeoutMs: 200 })));
    expect(late.code).toBe("target_down");
    expect(late.message).toMatch(/did not answer within 0.2 s/);
    silent.close();
    const target = ssh.open({ connectionName: "x", secret: ssh.readSecret(sshd.secret()), maskedColumns: () => [] });
    expect((await faultOf(target.ping(AbortSignal.abort()))).code).toBe("cancelled");
  });
});
