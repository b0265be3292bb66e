import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startDemoCluster } from "@interlock/kube-sim";
import { DEFAULT_POLICY } from "@interlock/policy";
import type { Document, DraftAnalysis } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as Y from "yjs";
import type { DocumentPeer } from "../src/document/live-document.ts";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { openStage, type Stage } from "./command-stage.ts";

const program = await kubectlFor("the default pack of a production cluster, while typing");

const manifest = (text: string): string => `kubectl apply -f - <<'EOF'\n${text}\nEOF`;

const POD = (securityContext: string): string =>
  manifest(`apiVersion: v1
kind: Pod
metadata: { name: box, namespace: web }
spec:
  containers:
    - name: box
      image: images.example/box@sha256:${"ab".repeat(32)}
      securityContext: { runAsNonRoot: true, ${securityContext} }`);

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("the default pack of a production cluster", () => {
  let stage: Stage;
  let demo: Awaited<ReturnType<typeof startDemoCluster>>;
  let document: Document;

  beforeAll(async () => {
    [stage, demo] = await Promise.all([openStage(DEFAULT_POLICY), startDemoCluster()]);
    const connectionId = await connectCluster(stage, demo);
    const made = await stage.documents.create({
      roomId: stage.room.id,
      name: "cluster",
      connectionId,
      actor: stage.people.oncall,
      initialText: "kubectl get pods",
    });
    if (!made.ok) throw new Error(made.code);
    document = made.value;
  });
  afterAll(async () => {
    await stage.dispose();
    await demo.stop();
  });

  /** Types over what is there, and resolves with what the room is told of it. */
  async function typed(text: string): Promise<DraftAnalysis> {
    const from = stage.told.length;
    const opened = await stage.documents.open(document.id);
    if (opened === undefined) throw new Error("no document");
    const mine = new Y.Doc();
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(opened.live.doc));
    const before = Y.encodeStateVector(mine);
    const content = mine.getText("content");
    mine.transact(() => {
      content.delete(0, content.length);
      content.insert(0, text);
    });
    await new Promise<void>((resolve, reject) => {
      const peer: DocumentPeer = {
        userId: stage.people.oncall.id,
        role: "responder",
        update: () => {},
        committed: () => {},
        refused: (code) => reject(new Error(code)),
        failed: (code) => reject(new Error(code)),
      };
      opened.live.receive(peer, Y.encodeStateAsUpdate(mine, before), resolve);
    });
    const at = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(opened.live.text, 3)) as Record<string, unknown>;
    opened.release();
    stage.drafts.focus({ principal: stage.people.oncall, roomId: stage.room.id, documentId: document.id, anchor: at, head: at });
    for (const end = Date.now() + 20_000; ;) {
      const drafts = stage.told.slice(from).flatMap((message) => (message.type === "draft" ? [message.draft] : []));
      const found = drafts.findLast((draft) => draft.text === text && draft.verdict !== undefined);
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`no such draft: ${JSON.stringify(drafts.at(-1))}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  test.each([
    [
      "a namespace without an env label",
      "kubectl create namespace scratch",
      "deny",
      /^This namespace has no env label, .*metadata\.labels\.env/,
    ],
    [
      "a namespace with one",
      manifest("apiVersion: v1\nkind: Namespace\nmetadata: { name: scratch, labels: { env: dev } }"),
      "review",
      /platform/,
    ],
    ["its label taken off", "kubectl label namespace prod-a env-", "deny", /^This namespace has no env label/],
    ["an untagged one that is tagged", "kubectl label namespace ops-utils env=prod", "review", /platform/],
    ["a privileged pod", POD("privileged: true"), "deny", /^A privileged container owns its node/],
    [
      "a privileged pod of kubectl run",
      "kubectl run box -n web --image=images.example/box:1 --privileged",
      "deny",
      /^A privileged container/,
    ],
    ["a root pod", POD("runAsUser: 0"), "deny", /^A container would run as root/],
    ["a plain pod", POD("privileged: false"), "review", /^Changes to a production cluster/],
    [
      "a cluster-admin binding",
      "kubectl create clusterrolebinding me --clusterrole=cluster-admin --user=me",
      "deny",
      /^cluster-admin may do everything/,
    ],
    ["another binding", "kubectl create clusterrolebinding me --clusterrole=view --user=me", "deny", /^Rights, roles and server settings/],
    ["the last budget of running pods", "kubectl delete pdb storefront -n web", "review", /^This takes the last PodDisruptionBudget/],
    [
      "an image by its tag",
      "kubectl set image deployment/storefront -n web storefront=images.example/web:2",
      "review",
      /^An image without a digest/,
    ],
    ["its label emptied", "kubectl label namespace prod-a env= --overwrite", "deny", /^This namespace has no env label/],
    [
      "its label patched away",
      `kubectl patch namespace prod-a --type=json -p '[{"op":"remove","path":"/metadata/labels/env"}]'`,
      "deny",
      /^This namespace has no env label/,
    ],
    [
      "one among others in a List",
      manifest(`apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: web } }
  - { apiVersion: v1, kind: Namespace, metadata: { name: scratch } }`),
      "deny",
      /^This namespace has no env label/,
    ],
    [
      "a container made privileged by a patch",
      `kubectl patch deployment storefront -n web -p '{"spec":{"template":{"spec":{"containers":[{"name":"storefront","securityContext":{"privileged":true}}]}}}}'`,
      "deny",
      /^A privileged container/,
    ],
    [
      "a root container beside the others",
      `kubectl patch deployment storefront -n web --type=json -p '[{"op":"add","path":"/spec/template/spec/initContainers","value":[{"name":"i","image":"i:1","securityContext":{"runAsUser":0}}]}]'`,
      "deny",
      /^A container would run as root/,
    ],
    [
      "a role binding to cluster-admin",
      "kubectl create rolebinding me -n web --clusterrole=cluster-admin --serviceaccount=web:default",
      "deny",
      /^cluster-admin may do everything/,
    ],
    [
      "a role that may do everything",
      "kubectl create clusterrole all --verb='*' --resource='*.*'",
      "deny",
      /^cluster-admin may do everything/,
    ],
    [
      "a deployment by its image",
      "kubectl create deployment box -n web --image=localhost:5000/box",
      "review",
      /^An image without a digest/,
    ],
    [
      "somebody who is taken out of cluster-admin",
      `kubectl patch clusterrolebinding cluster-admin --type=json -p '[{"op":"remove","path":"/subjects/0"}]'`,
      "review",
      /^Taking rights away/,
    ],
    [
      "somebody who is put into cluster-admin",
      `kubectl patch clusterrolebinding cluster-admin --type=json -p '[{"op":"add","path":"/subjects/-","value":{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"me"}}]'`,
      "deny",
      /^cluster-admin may do everything/,
    ],
    ["budgets by their label", "kubectl delete pdb -n web --all", "review", /^This takes the last PodDisruptionBudget/],
    [
      "a budget that selects others",
      `kubectl patch pdb storefront -n web --type=merge -p '{"spec":{"selector":{"matchLabels":{"app":"none"}}}}'`,
      "review",
      /^This takes the last PodDisruptionBudget/,
    ],
    ["more of the same", "kubectl scale deployment storefront -n web --replicas=4", "review", /^Changes to a production cluster/],
    ["a restart of what is there", "kubectl rollout restart deployment/storefront -n web", "review", /^Changes to a production cluster/],
  ])("%s is answered while typing", async (_, text, decision, message) => {
    const { impact, verdict } = await typed(text);
    expect({ decision: verdict?.decision, complete: impact?.complete }).toEqual({ decision, complete: true });
    expect(verdict?.message).toMatch(message);
  });

  test("what is refused while typing is refused when it is proposed, in the same words, and nothing is written", async () => {
    const writes = demo.writes();
    const { verdict } = await typed("kubectl create namespace scratch");
    const command = await proposeFor(stage, "oncall", { text: "kubectl create namespace scratch" });
    expect(command).toMatchObject({ state: "denied", verdict: { decision: "deny", message: verdict!.message } });
    expect(command.verdict.rules).toContain("namespace-without-env");
    expect(demo.writes()).toBe(writes);
  });

  test("values of Secrets reach neither rules nor words", async () => {
    const { impact, verdict } = await typed(
      manifest("apiVersion: v1\nkind: Secret\nmetadata: { name: door, namespace: web }\nstringData: { user: hunter22 }"),
    );
    expect(JSON.stringify([verdict, impact?.statements.map(({ after }) => after)])).not.toContain("hunter22");
  });
});
