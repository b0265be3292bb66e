import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { card, startTeam, type Team } from "./support/team.ts";

/** Looking through the demo's cluster while it changes, and editing an object of it as a plan that others agree to. */

const KUBECTL = await kubectlFor("the explorer (e2e/explorer.spec.ts)");
test.skip(KUBECTL === undefined, "there is no kubectl");

let team: Team;
let oncall: Person;
let reviewer: Person;

test.beforeAll(async ({ browser }) => {
  const started = await startTeam(browser, "reviewer");
  team = started;
  ({ oncall, reviewer } = started);
});

test.afterAll(() => team?.stop());

/** The cluster beside Interlock: what somebody else does to it. */
async function kubectl(...args: string[]): Promise<string> {
  const config = join(team.service.home, "demo-cluster.kubeconfig");
  return (await promisify(execFile)(KUBECTL!, ["--kubeconfig", config, ...args])).stdout;
}

const tree = ({ page }: Person): Locator => page.getByRole("tree", { name: "Objects of eks-prod" });
const line = (person: Person, name: string | RegExp): Locator =>
  tree(person)
    .getByRole("treeitem")
    .filter({ has: person.page.getByText(name, typeof name === "string" ? { exact: true } : {}) });
const panel = ({ page }: Person): Locator =>
  page.locator('[data-place="editor"]:visible').filter({ has: page.getByTestId("object-editor") });

async function openCluster(person: Person): Promise<void> {
  if (await tree(person).isVisible()) return;
  await person.page.getByRole("button", { name: /eks-prod/ }).click();
  await expect(line(person, "payments")).toBeVisible();
}

async function expand(person: Person, ...names: string[]): Promise<void> {
  for (const name of names) {
    const one = line(person, name).first();
    if ((await one.getAttribute("aria-expanded")) !== "true") await one.click();
    await expect(one).toHaveAttribute("aria-expanded", "true");
  }
}

test("what is in the cluster is seen live, by keyboard and mouse", async () => {
  await team.openRoom("explore", reviewer);
  await openCluster(oncall);
  await openCluster(reviewer);
  await expect(line(oncall, "payments")).toContainText("env=prod");
  await kubectl("create", "namespace", "scratch");
  await expect(line(oncall, "scratch")).toContainText("no env label");
  await expect(line(reviewer, "scratch")).toContainText("no env label");
  await kubectl("label", "namespace", "scratch", "env=dev");
  await expect(line(oncall, "scratch")).toContainText("env=dev");

  await expand(oncall, "scratch");
  await expect(tree(oncall)).toContainText("ConfigMap");
  await line(oncall, "ConfigMap").focus();
  await oncall.page.keyboard.press("ArrowRight");
  await expect(line(oncall, "kube-root-ca.crt")).toBeVisible();
  await kubectl("create", "configmap", "fresh", "-n", "scratch", "--from-literal=a=b");
  await expect(line(oncall, "fresh")).toBeVisible();
  await kubectl("label", "configmap", "fresh", "-n", "scratch", "app=trial");
  await expect(line(oncall, "fresh")).toContainText("app=trial");
  await expectAccessible(oncall.page);
  await kubectl("delete", "configmap", "fresh", "-n", "scratch");
  await expect(line(oncall, "fresh")).toHaveCount(0);

  await oncall.page.keyboard.press("ArrowRight");
  await expect(line(oncall, "kube-root-ca.crt")).toBeFocused();
  await oncall.page.keyboard.press("ArrowLeft");
  await oncall.page.keyboard.press("ArrowLeft");
  await expect(line(oncall, "ConfigMap")).toHaveAttribute("aria-expanded", "false");
  await kubectl("delete", "namespace", "scratch");
  await expect(line(oncall, "scratch")).toHaveCount(0);
});

test("a line about an object is written into a document, and nothing runs by it", async () => {
  await team.openRoom("lines");
  await openCluster(oncall);
  await expand(oncall, "payments", "Deployment");
  const checkout = line(oncall, "checkout");
  await checkout.focus();
  await oncall.page.keyboard.press("Shift+F10");
  await expect(oncall.page.getByRole("menuitem", { name: "Open YAML" })).toBeFocused();
  await oncall.page.keyboard.press("Escape");
  await expect(checkout).toBeFocused();
  await checkout.hover();
  await checkout.getByRole("button", { name: "Actions for checkout" }).click();
  await expect(oncall.page.getByRole("menuitem", { name: "Logs" })).toBeVisible();
  await oncall.page.getByRole("menuitem", { name: "kubectl delete …" }).click();
  await expect(oncall.page.getByRole("tab", { name: /eks-prod\.kubectl/ })).toBeVisible();
  await expect(oncall.page.locator(".monaco-editor:visible .view-lines")).toContainText(
    "kubectl delete deployments.apps/checkout -n payments",
  );
  expect(await kubectl("get", "deployment", "checkout", "-n", "payments", "-o", "name")).toContain("checkout");
  // Whoever goes on typing keeps the keyboard, whatever changes in the tree.
  await oncall.page.keyboard.type(" --wait=false");
  await kubectl("create", "deployment", "trial", "-n", "payments", "--image=trial");
  await expect(line(oncall, "trial")).toBeVisible();
  await oncall.page.keyboard.type(" --now");
  await expect(oncall.page.locator(".monaco-editor:visible .view-lines")).toContainText("-n payments --wait=false --now");
  await kubectl("delete", "deployment", "trial", "-n", "payments");
});

test("an object is opened, checked while it is edited, planned and agreed to", async () => {
  await team.openRoom("edit", reviewer);
  await openCluster(oncall);
  await expand(oncall, "payments", "Deployment");
  await line(oncall, "checkout").click();
  const editor = panel(oncall).locator(".monaco-editor .view-lines");
  await expect(editor).toContainText("kind: Deployment");
  await expect(editor).not.toContainText("managedFields");
  await panel(oncall).getByRole("button", { name: "managedFields" }).click();
  await expect(panel(oncall)).toContainText("read only");
  await panel(oncall).getByRole("button", { name: "managedFields" }).click();

  const before = Number(await kubectl("get", "deployment", "checkout", "-n", "payments", "-o", "jsonpath={.spec.replicas}"));
  await find(oncall, `replicas: ${before}`);
  await oncall.page.keyboard.type("replicaz: 1");
  await expect(panel(oncall).getByText(/1 problem|\d problems/)).toBeVisible();
  await expect(panel(oncall).locator(".squiggly-error, .squiggly-warning").first()).toBeVisible();
  for (let undo = 0; undo < 4; undo++) await oncall.page.keyboard.press("Control+z");
  await expect(panel(oncall).getByText(/\d problems?/)).toHaveCount(0);

  await find(oncall, `replicas: ${before}`);
  await oncall.page.keyboard.type(`replicas: ${before + 3}`);
  await expect(panel(oncall).getByText("edited", { exact: true })).toBeVisible();
  // Nothing that was written is lost with a tab.
  await oncall.page
    .getByRole("tab", { name: /checkout/ })
    .getByTitle("Close")
    .click();
  await oncall.page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(panel(oncall).locator(".monaco-editor .view-lines")).toContainText(`replicas: ${before + 3}`);

  // Nor with the room's page, nor when the tab is loaded anew.
  await oncall.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await expect(oncall.page.getByText("Your edit of payments/checkout is not saved")).toBeVisible();
  await oncall.page.goBack();
  await expect(panel(oncall).locator(".monaco-editor .view-lines")).toContainText(`replicas: ${before + 3}`);
  oncall.page.once("dialog", (asked) => void asked.accept());
  await oncall.page.reload();
  await expect(panel(oncall)).toContainText("This is your edit from before");
  await expect(panel(oncall).locator(".monaco-editor .view-lines")).toContainText(`replicas: ${before + 3}`);

  // Discarded by mistake: undo has it.
  await panel(oncall).getByRole("button", { name: "Discard" }).click();
  await expect(panel(oncall).getByText("edited", { exact: true })).toHaveCount(0);
  await oncall.page.keyboard.press("Control+z");
  await expect(panel(oncall).getByText("edited", { exact: true })).toBeVisible();
  // So does the way back that is offered, also when the object's pane is closed by then.
  await panel(oncall).getByRole("button", { name: "Discard" }).click();
  await panel(oncall).getByRole("button", { name: "Close payments/checkout" }).click();
  await expect(panel(oncall)).toHaveCount(0);
  // The newest one lies over those before it.
  await oncall.page.locator('[data-sonner-toast][data-front="true"]').getByRole("button", { name: "Undo", exact: true }).click();
  await expect(panel(oncall).locator(".monaco-editor .view-lines")).toContainText(`replicas: ${before + 3}`);
  await expect(panel(oncall).getByText("edited", { exact: true })).toBeVisible();

  // Somebody else changes something else meanwhile.
  await kubectl("annotate", "deployment", "checkout", "-n", "payments", "note=meanwhile");
  await expect(panel(oncall)).toContainText("Changed since you opened it");
  await panel(oncall)
    .getByRole("button", { name: /Plan the change/ })
    .click();
  const save = oncall.page.getByRole("region", { name: "What saving would do" });
  await expect(save).toContainText("Saves spec.replicas");
  await expect(save).toContainText("meanwhile");
  const takeOver = save.getByRole("checkbox");
  if (await takeOver.isVisible()) await takeOver.check();
  const impact = save.getByRole("region", { name: "Impact of saving" });
  await expect(impact).toContainText(/modify/i);
  await impact.getByRole("button", { name: "Show the details" }).click();
  await impact.getByRole("button", { name: /changes Deployment payments\/checkout/ }).click();
  await expect(impact).toContainText(`replicas: ${before + 3}`);
  await expectAccessible(oncall.page);
  expect(await kubectl("get", "deployment", "checkout", "-n", "payments", "-o", "jsonpath={.spec.replicas}")).toBe(String(before));
  await impact.getByRole("button", { name: /^Propose/ }).click();

  const proposed = card(reviewer, "kubectl apply --server-side");
  await expect(proposed).toBeVisible();
  await proposed.focus();
  await reviewer.page.keyboard.press("a");
  await expect(card(oncall, "kubectl apply --server-side")).toContainText("Done in");
  expect(
    await kubectl("get", "deployment", "checkout", "-n", "payments", "-o", "jsonpath={.spec.replicas} {.metadata.annotations.note}"),
  ).toBe(`${before + 3} meanwhile`);
  await expect(panel(oncall).getByText("edited", { exact: true })).toHaveCount(0);
});

test("values of a Secret are never in the page", async () => {
  await team.openRoom("secrets");
  await openCluster(oncall);
  await expand(oncall, "payments", "Secret");
  const name = (await kubectl("get", "secrets", "-n", "payments", "-o", "jsonpath={.items[0].metadata.name}")).trim();
  const encoded = await kubectl("get", "secret", name, "-n", "payments", "-o", "jsonpath={.data}");
  const frames: string[] = [];
  oncall.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
  await line(oncall, name).click();
  await expect(panel(oncall).locator(".monaco-editor .view-lines")).toContainText("••••");
  for (const value of Object.values(JSON.parse(encoded) as Record<string, string>)) {
    expect(await oncall.page.content()).not.toContain(value);
    expect(frames.join("")).not.toContain(value);
  }
});

test("the posture of a cluster is read, filtered, and a fix of it proposed in the room", async () => {
  await team.openRoom("posture");
  const { page } = oncall;
  await page.getByRole("link", { name: "Posture of eks-prod" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Posture of eks-prod" })).toBeVisible();
  await expect(page.getByRole("group", { name: "By severity" }).getByRole("button", { name: /High/ })).not.toContainText(/^0/);
  await expectAccessible(page);

  await page.getByRole("searchbox", { name: "Filter findings" }).fill("ops-utils label");
  const group = page.getByRole("button", { name: /Namespaces without an environment label/ });
  await expect(page.getByText("1 finding in 1 check")).toBeVisible();
  if ((await group.getAttribute("aria-expanded")) !== "true") await group.press("Enter");
  const finding = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "v1 Namespace ops-utils" }) })
    .last();
  await expect(finding).toContainText("metadata.labels.env = not set");
  await finding.getByRole("button", { name: /Propose this fix/ }).press("Enter");

  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Room")).toContainText("posture");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Open it in the room" }).click();
  await expect(page.getByRole("tab", { name: /namespace-environment\.kubectl/ })).toBeVisible();
  await expect(page.locator(".monaco-editor:visible .view-lines")).toContainText("# kubectl label namespace ops-utils env=prod");
  expect(await kubectl("get", "namespace", "ops-utils", "-o", "jsonpath={.metadata.labels.env}")).toBe("");
});

/** Selects a line of the object's text that says `text`, its indentation aside. */
async function find({ page }: Person, text: string): Promise<void> {
  const lines = page.getByTestId("object-editor").locator(".view-line").filter({ hasText: text });
  await expect(lines.first()).toBeVisible();
  // The page holds lines in any order.
  const tops = await lines.evaluateAll((all) => all.map((one) => Number.parseFloat((one as HTMLElement).style.top)));
  await lines.nth(tops.indexOf(Math.min(...tops))).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
}

test("why a connection is blocked is told by the missing label, and mended by a plan that turns the answer green", async () => {
  await team.openRoom("The migration cannot connect", reviewer);
  await oncall.page.keyboard.press("Control+k");
  await oncall.page.keyboard.type("why is this blocked");
  await oncall.page.keyboard.press("Enter");
  const pane = oncall.page.getByRole("region", { name: "Why is this blocked? eks-prod" });
  const ask = async (from: string, to: string, port: string) => {
    await pane.getByLabel("From").fill(from);
    await pane.getByLabel("To").fill(to);
    await pane.getByLabel("Port").fill(port);
    await oncall.page.keyboard.press("Enter");
  };
  await ask("ops utils", "prod-a/api-0", "http");
  await expect(pane.getByLabel("From")).toHaveAttribute("aria-invalid", "true");
  await expect(pane.getByLabel("Port")).toHaveAttribute("aria-invalid", "true");
  await ask("ops-utils/nothing", "prod-a/api-0", "8443/TCP");
  await expect(pane.getByRole("alert")).toContainText("no workload nothing in namespace ops-utils");

  await ask("ops-utils/migrator", "prod-a/api-0", "8443/TCP");
  const verdict = pane.getByTestId("reach-verdict");
  await expect(verdict).toHaveText("blocked at ingress");
  await expect(pane.getByTestId("reach-way")).toContainText("no env label");
  await expect(pane).toContainText("prod-a/allow-prod");
  await expect(pane).toContainText("rule 1 wants namespaceSelector env=prod; ops-utils has no label env");
  await expect(pane).toContainText("Label namespace ops-utils with env=prod");
  await expect(pane).toContainText("could be reached that cannot be today");
  await expect(pane).toContainText("prod-b");
  await expect(pane).toContainText("Needs 1 review from platform");
  await expect(pane.getByTestId("reach-status")).toHaveText(/^blocked at ingress, from \d+ polic(y|ies), exact$/);
  await expectAccessible(oncall.page);
  // On plain http there is no Clipboard API.
  await oncall.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await pane.getByRole("button", { name: "Copy as kubectl" }).click();
  await expect(oncall.page.getByText("The lines are copied.")).toBeVisible();

  await pane.getByLabel("Port").fill("8443");
  await expect(pane.getByTestId("reach-status")).toHaveText("Of what was asked before; ask again.");
  await expectAccessible(oncall.page);
  await pane.getByLabel("Port").fill("8443/TCP");

  await pane.getByRole("button", { name: "Propose this change" }).click();
  await expect(pane).toContainText("Proposed: see it in the queue");
  // Another question is begun meanwhile; what was asked is asked again all the same.
  await pane.getByLabel("Port").fill("84");
  const proposed = card(reviewer, "kubectl label namespace ops-utils env=prod");
  await proposed.getByRole("button", { name: "Approve" }).click();
  await expect(verdict).toHaveText("allowed");
  await expect(pane.getByTestId("reach-way")).not.toContainText("no env label");
  expect(await kubectl("get", "namespace", "ops-utils", "-o", "jsonpath={.metadata.labels.env}")).toBe("prod");
});

test("a token for outside is agreed to, and its proposer alone sees it, once", async () => {
  const heard: string[] = [];
  for (const { page } of [oncall, reviewer])
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push(String(payload))));
  await team.openRoom("A token for my laptop", reviewer);
  await openCluster(oncall);
  await expand(oncall, "payments", "ServiceAccount");
  const account = line(oncall, "checkout").last();
  await account.focus();
  await oncall.page.keyboard.press("Shift+F10");
  await oncall.page.getByRole("menuitem", { name: "Token for outside…" }).click();
  const dialog = oncall.page.getByRole("dialog");
  await expect(dialog.getByTestId("token-rights")).toContainText("Whoever holds it works as ServiceAccount payments/checkout, for 15 min");
  await expect(dialog.getByRole("button", { name: "Propose" })).toBeDisabled();
  await expectAccessible(oncall.page);
  await dialog.getByLabel("Why is this needed?").fill("The dashboard is down.");
  await dialog.getByRole("button", { name: "Propose" }).click();

  const text = "kubectl create token checkout -n payments --duration=15m";
  const [mine, theirs] = [card(oncall, text), card(reviewer, text)];
  await expect(theirs.getByTestId("token-rights")).toBeVisible();
  await theirs.getByRole("button", { name: "Approve" }).click();
  await expect(theirs.getByTestId("issued-tokens")).toContainText("Waits for oncall, who alone is handed it.");
  await mine.getByRole("button", { name: "Fetch the token" }).click();
  await expect(mine.getByTestId("token")).toHaveText(/^•+$/);
  await mine.getByRole("button", { name: "Reveal the token" }).click();
  const token = (await mine.getByTestId("token").textContent())!;
  expect(token.split(".")).toHaveLength(3);
  await expect(mine).toContainText("is the machine that Interlock runs on");
  await expectAccessible(oncall.page);
  const download = oncall.page.waitForEvent("download");
  await mine.getByRole("button", { name: "Download kubeconfig" }).click();
  const file = await (await download).path();
  const whoami = await promisify(execFile)(KUBECTL!, [
    "--kubeconfig",
    file,
    "auth",
    "whoami",
    "-o",
    "jsonpath={.status.userInfo.username}",
  ]);
  expect(whoami.stdout).toBe("system:serviceaccount:payments:checkout");

  await expect(theirs.getByTestId("issued-tokens")).toContainText("Handed to oncall alone");
  await expect(theirs.getByRole("button", { name: /Fetch|Reveal/ })).toHaveCount(0);
  expect(await reviewer.page.content()).not.toContain(token);
  // Of what the room was told the facts are a part, and the token is none.
  expect(heard.join("")).toContain('"sha256"');
  expect(heard.join("")).not.toContain(token);
  // Whoever loads the page again has it no longer, and is not given it again.
  await oncall.page.reload();
  await expect(card(oncall, text).getByTestId("issued-tokens")).toContainText("It is shown once, and Interlock has it no longer.");
  expect(await oncall.page.content()).not.toContain(token);
});

/** What an API server wrote of the last ninety days, hour by hour: of a Role's three verbs its account used one. */
function auditLog(): string {
  const entry = (at: number) => ({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    stage: "ResponseComplete",
    verb: "get",
    user: { username: "system:serviceaccount:payments:refunds", groups: ["system:serviceaccounts"] },
    objectRef: { resource: "configmaps", namespace: "payments", name: "fees" },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(at).toISOString(),
  });
  const hours = Array.from({ length: 90 * 48 + 2 }, (_, index) => JSON.stringify(entry(Date.now() - index * 1_800_000)));
  return [...hours, "not an entry"].join("\n");
}

test("who has more rights than they use is told by an audit log, and a smaller role is agreed to in the room and then is what they have", async () => {
  const room = await team.openRoom("less rights", reviewer);
  const path = `/connections/eks-prod/least-privilege?room=${room}`;
  await oncall.page.getByRole("link", { name: "Posture of eks-prod" }).click();
  await oncall.page.getByRole("link", { name: "Least privilege" }).click();
  // Nothing is said to be unused before anybody knows; and those who agree to changes bring the log.
  await expect(oncall.page.getByText("No audit log was imported")).toBeVisible();
  await expect(oncall.page.getByRole("region", { name: "How to get an audit log" })).toContainText("level: Metadata");
  await expect(oncall.page.getByText("Logs are imported by platform")).toBeVisible();
  await expectAccessible(oncall.page);

  await reviewer.page.goto(path);
  await reviewer.page
    .getByLabel("Audit logs to import")
    .setInputFiles({ name: "audit.log", mimeType: "text/plain", buffer: Buffer.from(auditLog()) });
  await expect(reviewer.page.getByText("The logs tell of 90 of 90 days")).toBeVisible();
  await reviewer.page.getByText("1 imported log").click();
  await expect(reviewer.page.getByText(/1 line could not be read: line 4323 is no JSON/)).toBeVisible();

  const { page } = oncall;
  await page.getByRole("button", { name: "Read again" }).click();
  await page.getByRole("searchbox", { name: "Filter accounts" }).fill("refunds");
  const refunds = page.getByRole("button", { name: /^ServiceAccount\s*payments\/refunds/ });
  await expect(refunds).toContainText("1 of 3 rights used");
  await refunds.click();
  const smaller = page.getByRole("region", { name: "A smaller role" });
  await expect(smaller.getByLabel("Difference")).toContainText("list, watch configmaps in payments");
  await expect(smaller).toContainText("ServiceAccount payments/refunds loses what is listed");
  await expectAccessible(page);
  await smaller.getByRole("button", { name: "Propose the smaller role" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("ServiceAccount payments/refunds loses list, watch configmaps in namespace payments");
  await expect(dialog.getByTestId("verdict")).toContainText("Needs 1 review from platform");
  await dialog.getByRole("button", { name: "Propose in the room" }).click();
  await page.waitForURL(`**/rooms/${room}`);

  await reviewer.page.goto(`/rooms/${room}`);
  await card(reviewer, /refunds/)
    .getByRole("button", { name: "Approve" })
    .click();
  await expect(async () => {
    expect(await kubectl("get", "rolebindings", "-n", "payments", "-o", "name")).not.toContain(
      "rolebinding.rbac.authorization.k8s.io/refunds\n",
    );
  }).toPass();
  await page.goto(path);
  await page.getByRole("searchbox", { name: "Filter accounts" }).fill("refunds");
  await expect(refunds).toContainText("uses all of 1");
  await refunds.click();
  await expect(page.getByText("Role payments-refunds-used")).toBeVisible();
  await expect(page.getByText(/There is no smaller role to propose/)).toBeVisible();

  await page.getByRole("link", { name: "Who can …?" }).click();
  await page.getByRole("button", { name: "read Secrets?" }).click();
  await expect(page.getByRole("region", { name: "Answer" })).toContainText("get secrets in every namespace");
  await page.getByLabel("Verb").fill("get");
  await page.getByLabel("Resource").fill("cm");
  await page.getByLabel("Namespace").fill("payments");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("region", { name: "Answer" });
  await expect(answer).toContainText("get configmaps in payments");
  await expect(answer).toContainText(
    "RoleBinding payments/payments-refunds-used → Role payments/payments-refunds-used → rules[0] get configmaps in payments",
  );
  await expectAccessible(page);
});
