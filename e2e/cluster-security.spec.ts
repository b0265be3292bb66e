import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { PosturePage } from "@interlock/protocol";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { runKubectl } from "./support/cluster.ts";
import { expand, line, openCluster } from "./support/explorer.ts";
import type { Person } from "./support/people.ts";
import { card, startTeam, type Team } from "./support/team.ts";

/** How well the demo's cluster is set up, who reaches what, who may do what and does: asked, mended by a plan, and asked again. */

const KUBECTL = await kubectlFor("the security of clusters (e2e/cluster-security.spec.ts)");
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

test("the posture is as readable with nothing, a few and hundreds of findings, in a narrow window, too", async () => {
  const { page } = oncall;
  let wanted = 0;
  // What was really found, as often as is wanted: no cluster has just so many.
  await page.route("**/api/v1/connections/eks-prod/posture?*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: withFindings(PosturePage.parse(await response.json()), wanted) });
  });
  try {
    for (const [count, told] of [
      [0, "Nothing was found"],
      [3, "3 findings in"],
      [300, "300 findings in"],
    ] as const) {
      wanted = count;
      await page.goto("/connections/eks-prod/posture");
      await expect(page.getByText(told).first()).toBeVisible();
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 860 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        await expectAccessible(page);
      }
    }
    // The last of hundreds is as near as the first.
    await page.getByRole("searchbox", { name: "Filter findings" }).fill("copy-299");
    await expect(page.getByText("1 finding in 1 check")).toBeVisible();
  } finally {
    await page.unroute("**/api/v1/connections/eks-prod/posture?*");
    await page.setViewportSize({ width: 1440, height: 860 });
  }
});

/** The same answer with so many findings, all of them the cluster's own. */
function withFindings(posture: PosturePage, count: number): PosturePage {
  const own = posture.findings.filter(({ system }) => !system);
  const findings = Array.from({ length: count }, (_, index) => {
    const finding = own[index % own.length]!;
    return { ...finding, object: `${finding.object}-copy-${index}` };
  });
  const counted = <Key extends string>(keys: Iterable<Key>, of: (finding: (typeof findings)[number]) => string) =>
    Object.fromEntries([...keys].map((key) => [key, findings.filter((finding) => of(finding) === key).length])) as Record<Key, number>;
  const { severities, areas } = posture.summary;
  return {
    ...posture,
    findings,
    total: count,
    offset: 0,
    unread: [],
    checks: posture.checks.map((of) => {
      const { unknown: _, ...check } = of;
      const found = findings.filter((finding) => finding.check === check.id).length;
      return { ...check, findings: found, state: found > 0 ? "found" : "clean" };
    }),
    summary: {
      severities: counted(Object.keys(severities) as (keyof typeof severities)[], ({ severity }) => severity),
      areas: counted(Object.keys(areas) as (keyof typeof areas)[], ({ area }) => area),
      system: 0,
    },
  };
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
