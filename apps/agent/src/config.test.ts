import { describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const GOOD = {
  DATABASE_URL: "postgresql://interlock@localhost/interlock",
  INTERLOCK_HOME: "/var/lib/interlock",
  INTERLOCK_SECRET: "0123456789abcdef0123456789abcdef",
  INTERLOCK_KEY: Buffer.alloc(32, 7).toString("base64"),
  INTERLOCK_ORIGINS: "http://localhost:7300, https://interlock.example.com",
};

test("reads what it is told and fills in the rest", () => {
  expect(readConfig(GOOD)).toEqual({
    port: 0,
    host: "127.0.0.1",
    databaseUrl: GOOD.DATABASE_URL,
    home: GOOD.INTERLOCK_HOME,
    secret: GOOD.INTERLOCK_SECRET,
    key: new Uint8Array(32).fill(7),
    origins: new Set(["http://localhost:7300", "https://interlock.example.com"]),
    demo: false,
    logLevel: "info",
    resultDays: 30,
    undoDays: 30,
    hostPrograms: { credentialPrograms: [], localAccounts: [] },
    agentSockets: [],
  });
});

test("programs of the host are named by their paths", () => {
  const told = {
    ...GOOD,
    INTERLOCK_KUBECTL: "/opt/kubectl",
    INTERLOCK_EXEC_PLUGINS: "/usr/local/bin/aws:/opt/kubelogin",
    INTERLOCK_LOCAL_SHELLS: "ops,deploy",
  };
  expect(readConfig(told).hostPrograms).toEqual({
    programs: { kubectl: "/opt/kubectl" },
    credentialPrograms: ["/usr/local/bin/aws", "/opt/kubelogin"],
    localAccounts: ["ops", "deploy"],
  });
});

test("a storage for recordings is named by its endpoint and bucket, with credentials of its own", () => {
  const told = {
    ...GOOD,
    INTERLOCK_S3_ENDPOINT: "https://s3.example.com/",
    INTERLOCK_S3_BUCKET: "recordings",
    INTERLOCK_S3_PREFIX: "/interlock/",
  };
  const file = { INTERLOCK_S3_CREDENTIALS_FILE: "/run/secrets/s3", INTERLOCK_S3_STYLE: "host", INTERLOCK_S3_REGION: "eu-central-1" };
  expect(readConfig({ ...told, ...file }).recordings).toEqual({
    endpoint: "https://s3.example.com",
    region: "eu-central-1",
    bucket: "recordings",
    prefix: "interlock/",
    style: "host",
    credentials: { file: "/run/secrets/s3" },
  });
  const keys = { INTERLOCK_S3_ACCESS_KEY_ID: "AKIA1", INTERLOCK_S3_SECRET_ACCESS_KEY: "hunter2" };
  expect(readConfig({ ...told, ...keys }).recordings).toMatchObject({
    region: "us-east-1",
    style: "path",
    credentials: { accessKeyId: "AKIA1", secretAccessKey: "hunter2" },
  });
  expect(() => readConfig(told)).toThrow("INTERLOCK_S3_CREDENTIALS_FILE");
  expect(() => readConfig({ ...GOOD, ...keys, INTERLOCK_S3_ENDPOINT: "https://s3.example.com" })).toThrow("INTERLOCK_S3_BUCKET");
  expect(() => readConfig({ ...told, ...keys, INTERLOCK_S3_ENDPOINT: "https://hunter2@s3/path" })).toThrow(
    /^INTERLOCK_S3_ENDPOINT: must be an address [^@]*$/,
  );
});

describe("names what is wrong, never its value", () => {
  test.each([
    ["DATABASE_URL", "mysql://root:hunter2@localhost"],
    ["DATABASE_URL", undefined],
    ["INTERLOCK_HOME", "relative/hunter2"],
    ["INTERLOCK_SECRET", "hunter2"],
    ["INTERLOCK_SECRET", "hunter2".padEnd(31, "-")],
    ["INTERLOCK_KEY", "aHVudGVyMg=="],
    ["INTERLOCK_KEY", "hunter2!"],
    ["INTERLOCK_ORIGINS", "https://hunter2.example/path"],
    ["INTERLOCK_ORIGINS", "hunter2"],
    ["INTERLOCK_ORIGINS", ","],
    ["INTERLOCK_AGENT_PORT", "70000"],
    ["INTERLOCK_DEMO", "hunter2"],
    ["INTERLOCK_KUBECTL", "hunter2"],
    ["INTERLOCK_EXEC_PLUGINS", "/usr/bin/aws:hunter2"],
    ["INTERLOCK_LOCAL_SHELLS", "ops,hunter2 hunter2"],
  ])("%s=%s", (name, value) => {
    const message = (() => {
      try {
        readConfig({ ...GOOD, [name]: value });
        return "accepted";
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).toContain(name);
    expect(message).not.toContain("hunter2");
  });
});
