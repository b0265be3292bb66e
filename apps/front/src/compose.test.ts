import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { AGENT_NODE_OPTIONS } from "../../agent/src/node-options.ts";
import { readProxyConfig, ROOT } from "./config.ts";

interface Service {
  build: { context: string; dockerfile: string };
  user: string;
  read_only: boolean;
  security_opt: string[];
  cap_drop: string[];
  environment?: Record<string, string>;
  healthcheck: { test?: string[]; disable?: boolean };
  ports?: string[];
  networks: string[];
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
}

const document = parseDocument(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"), { merge: true });
const compose = document.toJS() as {
  services: Record<string, Service>;
  volumes: object;
  networks: Record<string, { internal?: boolean } | null>;
};
const services = Object.entries(compose.services);

test("is YAML without errors or warnings, and has every part", () => {
  expect(document.errors).toEqual([]);
  expect(document.warnings).toEqual([]);
  expect(Object.keys(compose.services).sort()).toEqual(["agent", "front", "migrate", "postgres", "web"]);
});

test.each(services)("%s runs as an ordinary account on a read-only file system and says how it is", (_, service) => {
  const [uid] = service.user.split(":");
  expect(Number(uid)).toBeGreaterThan(0);
  expect(service.read_only).toBe(true);
  expect(service.cap_drop).toEqual(["ALL"]);
  expect(service.security_opt).toContain("no-new-privileges:true");
  expect(service.healthcheck.disable === true || service.healthcheck.test?.[0] === "CMD").toBe(true);
});

test.each(services)("%s: its Dockerfile exists, ends as a user other than root, and what it runs exists", (_, service) => {
  const lines = readFileSync(join(ROOT, service.build.context, service.build.dockerfile), "utf8").split("\n");
  expect(lines[0]).toMatch(/^FROM [a-z]+:\d+-[a-z]+/);
  const user = lines.findLast((line) => line.startsWith("USER "));
  expect(user).toMatch(/^USER (node|70:70)$/);
  expect(lines.some((line) => line.startsWith("HEALTHCHECK "))).toBe(true);
  const [, options, program] = /^CMD \["node", ((?:"--[^"]+", )*)"([^"]+\.ts)"\]/m.exec(lines.join("\n")) ?? [];
  if (program) expect(() => readFileSync(join(ROOT, program))).not.toThrow();
  if (program?.includes("/agent/")) expect(options).toBe(AGENT_NODE_OPTIONS.map((option) => `"${option}", `).join(""));
});

test("only the front has a port, and only the agent and the front reach outside", () => {
  expect(services.filter(([, service]) => service.ports).map(([name]) => name)).toEqual(["front"]);
  expect(
    services
      .filter(([, service]) => service.networks.includes("outside"))
      .map(([name]) => name)
      .sort(),
  ).toEqual(["agent", "front"]);
  expect(compose.networks["inside"]?.internal).toBe(true);
});

test("no secret is written down: each comes from outside and is demanded; only the agent gets the key", () => {
  for (const [name, service] of services)
    for (const [variable, value] of Object.entries(service.environment ?? {}))
      if (/SECRET|KEY|PASSWORD/.test(variable)) expect(value, `${name}.${variable}`).toMatch(/^\$\{\w+(:\?[^}]+)?\}$/);
  expect(services.filter(([, service]) => service.environment?.["INTERLOCK_KEY"]).map(([name]) => name)).toEqual(["agent"]);
});

test("the agent and the web app understand what compose tells them", () => {
  const agent = compose.services["agent"]?.environment ?? {};
  for (const variable of ["DATABASE_URL", "INTERLOCK_HOME", "INTERLOCK_SECRET", "INTERLOCK_KEY", "INTERLOCK_ORIGINS"])
    expect(agent).toHaveProperty(variable);
  const web = compose.services["web"]?.environment ?? {};
  for (const variable of ["DATABASE_URL", "NEXTAUTH_SECRET", "NEXTAUTH_URL"]) expect(web).toHaveProperty(variable);
  // The same secret signs on one side and is checked on the other.
  expect(web["NEXTAUTH_SECRET"]).toBe(agent["INTERLOCK_SECRET"]);
  expect(compose.services["migrate"]?.environment).toEqual({ NODE_ENV: "production", DATABASE_URL: agent["DATABASE_URL"] });
});

test("a file of secrets beside the compose file is not copied into an image", () => {
  const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  for (const pattern of ["**/.env*", ".git", ".interlock", "**/node_modules"]) expect(ignored).toContain(pattern);
});

test("what a service waits for exists, and every named volume and network is declared", () => {
  for (const [, service] of services) {
    for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(other);
    for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(":")[0]!);
    for (const network of service.networks) expect(compose.networks).toHaveProperty(network);
  }
});

test("the front understands what compose tells it", () => {
  const environment = { ...compose.services["front"]?.environment, INTERLOCK_ORIGIN: "https://interlock.example.com" };
  expect(readProxyConfig(environment)).toEqual({
    port: 7300,
    host: "0.0.0.0",
    origin: "https://interlock.example.com",
    agent: { host: "agent", port: 7301 },
    web: { host: "web", port: 7302 },
  });
  for (const name of ["INTERLOCK_ORIGIN", "INTERLOCK_AGENT_URL", "INTERLOCK_WEB_URL"])
    expect(() => readProxyConfig({ ...environment, [name]: "" })).toThrow(name);
});
