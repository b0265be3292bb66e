import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { runKubectl } from "./support/cluster.ts";
import { expand, line, openCluster, tree } from "./support/explorer.ts";
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

/** What somebody else does to the cluster. */
const kubectl = (...args: string[]): Promise<string> => runKubectl(KUBECTL!, team.service, ...args);

const panel = ({ page }: Person): Locator =>
  page.locator('[data-place="editor"]:visible').filter({ has: page.getByTestId("object-editor") });

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
