import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migratedDatabase } from "@interlock/db/testing";
import { startKubeSim } from "@interlock/kube-sim";
import { parsePolicy } from "@interlock/policy";
import type { Connection, ServerMessage } from "@interlock/protocol";
import { expect, test } from "vitest";
import { createLog } from "../src/log.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { ConnectionRegistry } from "../src/target/connection-registry.ts";
import { Timeline } from "../src/timeline.ts";
import { TestSocket, POLICY } from "./command-stage.ts";

test("a cluster without a kubectl beside it answers, and rooms are told how to install one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "interlock-lacks-"));
  const [own, sim] = await Promise.all([migratedDatabase(), startKubeSim()]);
  const policy = parsePolicy(POLICY);
  if (!policy.ok) throw new Error("the policy of the tests");
  const hub = new RoomHub();
  const socket = new TestSocket("room", { id: "1", name: "oncall", displayName: "oncall", color: "#5b8cff", groups: [], identities: [] });
  hub.add(socket);
  const connections = new ConnectionRegistry({
    db: own.db,
    hub,
    timeline: new Timeline(own.db, hub),
    policy: { current: policy.policy },
    key: new Uint8Array(32),
    hostKeys: { of: () => ({ pinned: () => Promise.resolve([]), met: () => {} }) },
    log: createLog("silent"),
    host: { programs: { kubectl: join(folder, "kubectl") } },
  });
  try {
    const secret = { kubeconfig: sim.kubeconfig() };
    const made = await connections.create({ name: "eks-prod", connector: "kubernetes", environment: "prod", labels: {}, secret });
    if (!made.ok) throw new Error(made.code);
    expect(await connections.ping(made.value.id)).toBe("up");
    expect(await connections.byName("eks-prod")).toMatchObject({
      status: "up",
      lacks: expect.stringContaining("https://kubernetes.io/docs/tasks/tools/") as string,
    });
    const told = (): Connection[] =>
      socket.messages.flatMap((message: ServerMessage) => (message.type === "connection" ? [message.connection] : []));
    expect(told()).toMatchObject([{ status: "up", lacks: expect.stringContaining("INTERLOCK_KUBECTL") as string }]);
    // Said once, not at every look.
    await connections.ping(made.value.id);
    expect(told()).toHaveLength(1);
  } finally {
    await connections.stop();
    await sim.stop();
    await own.dispose();
    await rm(folder, { recursive: true });
  }
});
