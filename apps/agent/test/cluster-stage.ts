import { Command } from "@interlock/protocol";
import type { KubeSim } from "@interlock/kube-sim";
import { expect } from "vitest";
import type { Name, Stage } from "./command-stage.ts";

/** Makes a simulated cluster a production connection of the stage; resolves to its id. */
export async function connectCluster(stage: Stage, sim: KubeSim, name = "eks-prod"): Promise<string> {
  const secret = { kubeconfig: sim.kubeconfig() };
  const created = await stage.connections.create({ name, connector: "kubernetes", environment: "prod", labels: {}, secret });
  if (!created.ok) throw new Error(created.code);
  return created.value.id;
}

/** Sends a proposal for the cluster, whatever the answer. `body`: its text, and what else goes with it. */
export async function sendProposal(stage: Stage, who: Name, body: object): Promise<{ status: number; body: unknown }> {
  const response = await stage.call(who, "POST", `/rooms/${stage.room.id}/commands`, { connection: "eks-prod", ...body });
  return { status: response.status, body: await response.json() };
}

/** A proposal for the cluster that is taken. */
export async function proposeFor(stage: Stage, who: Name, body: object): Promise<Command> {
  const answer = await sendProposal(stage, who, body);
  expect(answer).toMatchObject({ status: 201 });
  return Command.parse(answer.body);
}
