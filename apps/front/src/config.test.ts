import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const PRODUCTION = {
  NODE_ENV: "production",
  INTERLOCK_SECRET: "s".repeat(40),
  INTERLOCK_KEY: KEY,
  DATABASE_URL: "postgres://x@db/interlock",
  INTERLOCK_ORIGIN: "https://interlock.example.com",
};

test("without anything set it is a demo on loopback, port 7300", () => {
  const config = readConfig({}, []);
  expect(config).toMatchObject({ port: 7300, host: "127.0.0.1", demo: true, production: false, reset: false, databaseUrl: undefined });
  expect(config.home).toMatch(/\.interlock$/);
  expect(config.origins).toEqual(["http://127.0.0.1:7300", "http://localhost:7300"]);
});

test("a demo stays on loopback whatever the environment says", () => {
  expect(readConfig({ INTERLOCK_HOST: "0.0.0.0" }, []).host).toBe("127.0.0.1");
  expect(readConfig({ ...PRODUCTION, INTERLOCK_HOST: "0.0.0.0" }, []).host).toBe("0.0.0.0");
});

test("production has no demo and one origin", () => {
  const config = readConfig(PRODUCTION, []);
  expect(config).toMatchObject({ demo: false, production: true, origins: ["https://interlock.example.com"] });
});

test.each(["INTERLOCK_SECRET", "INTERLOCK_KEY", "DATABASE_URL", "INTERLOCK_ORIGIN"])(
  "production refuses to start without %s and names it",
  (name) => {
    expect(() => readConfig({ ...PRODUCTION, [name]: "" }, [])).toThrow(`NODE_ENV=production needs ${name}.`);
  },
);

test.each([
  ["demo accounts", { ...PRODUCTION, INTERLOCK_DEMO: "1" }, [], "refuses demo accounts"],
  ["a reset", PRODUCTION, ["--reset"], "refuses --reset"],
  ["a port out of range", { PORT: "70000" }, [], "PORT"],
  ["a port that is no number", { PORT: "http" }, [], "PORT"],
  ["a short key", { INTERLOCK_KEY: "c2hvcnQ=" }, [], "INTERLOCK_KEY"],
  ["a short secret", { INTERLOCK_SECRET: "hunter2" }, [], "INTERLOCK_SECRET"],
  ["an origin with a path", { INTERLOCK_ORIGIN: "https://x.example/app" }, [], "INTERLOCK_ORIGIN"],
  ["an argument it does not know", {}, ["--rest"], "--rest"],
])("refuses %s", (_, environment, args, message) => {
  expect(() => readConfig(environment, args)).toThrow(message);
});

test("messages never repeat a secret", () => {
  expect(() => readConfig({ INTERLOCK_SECRET: "hunter2" }, [])).not.toThrow(/hunter2/);
});
