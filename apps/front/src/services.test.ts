import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { agentEnvironment, webEnvironment } from "./services.ts";

const OPERATOR = {
  NODE_ENV: "test" as const,
  PATH: "/usr/bin",
  AWS_SECRET_ACCESS_KEY: "operators-own",
  PGPASSWORD: "operators-too",
  INTERLOCK_RESULT_DAYS: "7",
};
const secrets = {
  secret: "s".repeat(32),
  key: "k".repeat(44),
  postgres: "superusers-password",
  interlock: "own-password",
  demoTarget: "targets",
};

test("I9: children inherit nothing of the operator's; the key of stored credentials goes to the agent alone", () => {
  const told = { config: readConfig({}, []), secrets, databaseUrl: "postgres://own", environment: OPERATOR };
  const [agent, web] = [agentEnvironment(told, 4000), webEnvironment(told, 4000)];
  expect(agent).toMatchObject({ PATH: "/usr/bin", INTERLOCK_KEY: secrets.key, INTERLOCK_RESULT_DAYS: "7", INTERLOCK_AGENT_PORT: "4000" });
  expect(web).toMatchObject({ PATH: "/usr/bin", NEXTAUTH_SECRET: secrets.secret, PORT: "4000" });
  expect(JSON.stringify(web)).not.toContain(secrets.key);
  for (const environment of [agent, web])
    for (const secret of [OPERATOR.AWS_SECRET_ACCESS_KEY, OPERATOR.PGPASSWORD, secrets.postgres, secrets.interlock, secrets.demoTarget])
      expect(JSON.stringify(environment)).not.toContain(secret);
});
