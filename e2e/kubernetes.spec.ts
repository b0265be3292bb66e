import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { askCluster } from "./support/cluster.ts";
import { typeAtEnd, type Person } from "./support/people.ts";
import { card, queue, startTeam, synced, type Team } from "./support/team.ts";

/*
 * The story this project exists for: somebody deletes a production namespace. He sees what would go, is stopped, two people agree, it is
 * deleted as it was planned, and one command that two people agree to brings it back, but for what was said not to come back.
 */

const program = await kubectlFor("the story of a namespace (e2e/kubernetes.spec.ts)");
test.skip(program === undefined, "there is no kubectl");

const DELETE = "kubectl delete namespace payments";

let team: Team & Record<"reviewer" | "reviewer2", Person>;
test.beforeAll(async ({ browser }) => {
  team = await startTeam(browser, "reviewer", "reviewer2");
});
test.afterAll(() => team?.stop());

const panel = ({ page }: Person) => page.getByRole("region", { name: "Impact of the statement under the cursor" });
const namespace = () => askCluster<{ status?: { phase?: string } }>(team.service, "/api/v1/namespaces/payments");

/** A new room with one document on the cluster, which everybody looks at. */
async function openRoom(title: string): Promise<string> {
  const { api, oncall, reviewer, reviewer2 } = team;
  const { body } = await api.post<{ id: string }>("/rooms", { title });
  await oncall.page.goto(`/rooms/${body.id}`);
  await oncall.page.getByRole("main").getByRole("button", { name: "New document" }).last().click();
  const connection = oncall.page.getByLabel("Connection", { exact: true });
  // What people began with is offered first.
  await expect(connection.locator("option:checked")).toHaveText("payments-db (prod)");
  await connection.selectOption({ label: "eks-prod (prod)" });
  await oncall.page.getByRole("button", { name: "Create" }).click();
  for (const person of [reviewer, reviewer2]) await person.page.goto(`/rooms/${body.id}`);
  for (const person of [oncall, reviewer, reviewer2]) {
    await expect(person.page.locator(".monaco-editor").first()).toBeVisible();
    await synced(person);
  }
  return body.id;
}

test("a namespace is deleted only when two people have seen what goes with it, and comes back when two agree to that", async () => {
  const { oncall, reviewer, reviewer2 } = team;
  await openRoom("clean up payments");
  const before = await decided();

  await test.step("its author sees what would go before anything has happened", async () => {
    await typeAtEnd(oncall, DELETE);
    await oncall.page.keyboard.press("Escape");
    await expect(panel(oncall)).toContainText("214 objects would go, 3 volumes lose their data");
    await expect(panel(oncall)).toContainText("nothing changed");
    const figures = panel(oncall).getByRole("list", { name: "What it touches" });
    for (const [figure, label] of [
      [42, "Pods"],
      [9, "Deployments"],
      [3, "Volumes · data lost"],
      [31, "Secrets"],
      [2, "Load balancers"],
      [1, "Webhook · Fail"],
    ])
      await expect(figures.getByRole("listitem").filter({ hasText: String(label) })).toHaveText(`${figure} ${label}`);
    await expect(panel(oncall)).toContainText("Every Pod create in the cluster is refused");
    await expect(panel(oncall)).toContainText("Needs 2 reviews from platform");
    await expect(panel(oncall)).toContainText("rule namespace-delete");
    await expectAccessible(oncall.page);
  });

  await test.step("every object can be looked for", async () => {
    await panel(oncall).getByRole("button", { name: "Show all 214" }).click();
    const dialog = oncall.page.getByRole("dialog");
    await expect(dialog.getByRole("status")).toHaveText("218 objects: 1 that the command names, 214 that follow, 3 volumes with data");
    await dialog.getByLabel("kind", { exact: true }).selectOption("Secret");
    await expect(dialog.getByRole("status")).toHaveText("31 of 218 objects");
    await dialog.getByLabel("Filter by name or kind").fill("api-cred");
    await expect(dialog.getByRole("listitem")).toHaveCount(1);
    await expectAccessible(oncall.page);
    await oncall.page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("he has to say why", async () => {
    await panel(oncall)
      .getByRole("button", { name: /^Propose/ })
      .click();
    await oncall.page.getByLabel("Why is this needed?").fill("payments moved to eks-prod-2 on Tuesday");
    await oncall.page
      .getByRole("dialog")
      .getByRole("button", { name: /^Propose/ })
      .click();
  });

  await test.step("the reviewers see what he saw, and he cannot approve", async () => {
    for (const person of [oncall, reviewer, reviewer2]) {
      await expect(card(person, DELETE)).toContainText("214 objects would go, 3 volumes lose their data");
      await expect(card(person, DELETE)).toContainText("Every Pod create in the cluster is refused");
      await expect(card(person, DELETE)).toContainText("2 more from platform");
    }
    await expect(card(reviewer, DELETE)).toContainText("payments moved to eks-prod-2 on Tuesday");
    await expect(card(reviewer, DELETE)).toContainText("DELETE /api/v1/namespaces/payments");
    await expect(card(oncall, DELETE).getByRole("button", { name: "Approve" })).toHaveCount(0);
    await card(reviewer, DELETE)
      .getByRole("button", { name: /deletes Namespace payments/ })
      .click();
    await expect(card(reviewer, DELETE).getByLabel("Difference")).toContainText("kind: Namespace");
    await expectAccessible(reviewer.page);
  });

  await test.step("one approval is not enough", async () => {
    await card(reviewer, DELETE).getByRole("button", { name: "Approve" }).click();
    await expect(card(oncall, DELETE)).toContainText("1 more from platform");
    await expect(card(reviewer, DELETE).getByRole("button", { name: "Approve" })).toHaveCount(0);
    expect((await namespace()).body.status?.phase).toBe("Active");
  });

  await test.step("the second one runs it, as it was planned", async () => {
    await card(reviewer2, DELETE).getByRole("button", { name: "Approve" }).click();
    const outcome = queue(oncall).getByTestId("affected");
    await expect(outcome).toHaveText(/Namespace payments\s*deleted/);
    await expect(queue(oncall)).toContainText(/Done in/);
    await expect.poll(async () => (await namespace()).status, { timeout: 30_000 }).toBe(404);
  });

  await test.step("what came of it was told while it went on", async () => {
    await expect(oncall.page.getByRole("main")).toContainText("gone");
    await expect(queue(oncall)).toContainText(/\d+ objects can be put back until/);
  });

  await test.step("the undo says what comes back and what does not", async () => {
    await queue(oncall).getByRole("button", { name: "Undo…" }).click();
    const dialog = oncall.page.getByRole("dialog");
    await expect(dialog.getByTestId("undo-scope")).toContainText(/\d+ objects become again what they were/);
    const lost = dialog.getByRole("list", { name: "Does not come back" });
    await expect(lost.getByRole("listitem").filter({ hasText: "its data" })).toHaveCount(3);
    await expect(lost.getByRole("listitem").filter({ hasText: "its load-balancer address" })).toHaveCount(2);
    await expect(dialog.getByRole("list", { name: "Not the same as before" })).toContainText(
      "pods come back under new names and addresses",
    );
    await expectAccessible(oncall.page);
    await dialog.getByLabel(/Why/).fill("wrong cluster");
    await dialog.getByRole("button", { name: "Propose undo" }).click();
    await expect(dialog).toBeHidden({ timeout: 60_000 });
  });

  await test.step("two people agree to it, and everything is as it was, but for what was said", async () => {
    const undo = (person: Person) => queue(person).getByRole("article", { name: /^undo: put back v1 Namespace payments/ });
    for (const person of [reviewer, reviewer2]) {
      await expect(undo(person)).toContainText("wrong cluster");
      // What comes back has never failed.
      await expect(undo(person)).not.toContainText("selects no pod");
      await undo(person).getByRole("button", { name: "Approve" }).click();
    }
    await expect(undo(oncall)).toContainText(/Done in/, { timeout: 60_000 });
    await expectAccessible(oncall.page);
    const after = await decided();
    const [gone, fresh] = [[...before.keys()].filter((name) => !after.has(name)), [...after.keys()].filter((name) => !before.has(name))];
    expect(fresh).toEqual([]);
    // Jobs that had ended are not run again; that was said.
    expect(gone.filter((name) => !name.startsWith("jobs "))).toEqual([]);
    for (const [name, object] of after) expect(object, name).toEqual(before.get(name));
  });
});

/** What people decided in the namespace, by kind and name: without what the server and controllers write. */
async function decided(): Promise<Map<string, unknown>> {
  const kinds: readonly (readonly [path: string, ...kinds: string[]])[] = [
    ["/api/v1", "configmaps", "secrets", "services", "serviceaccounts", "persistentvolumeclaims", "resourcequotas", "limitranges"],
    ["/apis/apps/v1", "deployments", "statefulsets", "daemonsets"],
    ["/apis/batch/v1", "jobs", "cronjobs"],
    ["/apis/networking.k8s.io/v1", "ingresses", "networkpolicies"],
    ["/apis/rbac.authorization.k8s.io/v1", "roles", "rolebindings"],
    ["/apis/policy/v1", "poddisruptionbudgets"],
    ["/apis/autoscaling/v2", "horizontalpodautoscalers"],
  ];
  const found = new Map<string, unknown>();
  for (const [path, ...all] of kinds) {
    for (const kind of all) {
      const { body } = await askCluster<{ items: Decided[] }>(team.service, `${path}/namespaces/payments/${kind}`);
      for (const { metadata, spec = {}, data, type, rules, roleRef, subjects } of body.items) {
        if (metadata.ownerReferences?.some(({ controller }) => controller === true)) continue;
        // Which volume a claim has, and how a Job finds its pods, is worked out anew.
        const { volumeName: _volume, ...kept } = kind === "jobs" ? {} : spec;
        found.set(`${kind} ${metadata.name}`, { labels: metadata.labels, spec: kept, data, type, rules, roleRef, subjects });
      }
    }
  }
  return found;
}

interface Decided {
  metadata: { name: string; labels?: object; ownerReferences?: { controller?: boolean }[] };
  spec?: Record<string, unknown>;
  data?: object;
  type?: string;
  rules?: object;
  roleRef?: object;
  subjects?: object;
}

test("what is refused, what fails and what only reads is said before anybody proposes it", async () => {
  const { oncall } = team;
  await openRoom("looking around");
  const line = async (text: string): Promise<void> => {
    await oncall.page
      .locator(".monaco-editor")
      .first()
      .click({ position: { x: 300, y: 20 } });
    await oncall.page.keyboard.press("Control+A");
    await oncall.page.keyboard.press("Delete");
    await typeAtEnd(oncall, text);
    await oncall.page.keyboard.press("Escape");
  };
  await line("kubectl exec -it api-1 -n web -- sh");
  await expect(panel(oncall)).toContainText("exec is not run here: it is a live session, which belongs in a terminal");
  await expect(panel(oncall).getByRole("button", { name: /^Propose/ })).toBeDisabled();
  await line("kubectl get pods --kubeconfig /root/.kube/config");
  await expect(panel(oncall)).toContainText("--kubeconfig is refused: which cluster is asked, and as whom, is said by the connection");
  for (const [text, rule, words] of [
    ["kubectl create namespace scratch", "namespace-without-env", "This namespace has no env label"],
    ["kubectl run box -n web --image=images.example/box:1 --privileged", "privileged-pods", "A privileged container owns its node"],
    ["kubectl create clusterrolebinding me --clusterrole=cluster-admin --user=me", "cluster-admin", "cluster-admin may do everything"],
  ] as const) {
    await line(text);
    await expect(panel(oncall)).toContainText(words);
    await expect(panel(oncall)).toContainText(`rule ${rule}`);
    await expect(panel(oncall)).toContainText("nothing changed");
  }
  await expectAccessible(oncall.page);
  await line("kubectl delete pod nosuch -n web");
  await expect(panel(oncall)).toContainText("kubectl would fail before it writes anything");
  await expect(panel(oncall)).toContainText('pods "nosuch" not found');
  await line("kubectl get namespaces");
  await expect(panel(oncall)).toContainText("Only reads");
  await expect(panel(oncall)).toContainText("Runs at once");
});
