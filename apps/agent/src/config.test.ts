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
    hostPrograms: { credentialPrograms: [] },
  });
});

test("programs of the host are named by their paths", () => {
  const told = { ...GOOD, INTERLOCK_KUBECTL: "/opt/kubectl", INTERLOCK_EXEC_PLUGINS: "/usr/local/bin/aws:/opt/kubelogin" };
  expect(readConfig(told).hostPrograms).toEqual({
    programs: { kubectl: "/opt/kubectl" },
    credentialPrograms: ["/usr/local/bin/aws", "/opt/kubelogin"],
  });
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
