import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { LOCAL_PROGRAMS } from "@interlock/kube-sim/local-programs";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { startTeam, type Team } from "./support/team.ts";

/** Shells in the pods of a cluster: from the tree, by the palette, and beside a container that has none. */

const PODS = `
apiVersion: v1
kind: Pod
metadata: { name: checkout-7c9d, namespace: payments, labels: { app: checkout } }
spec: { containers: [{ name: app, image: "app:2.14.2" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: ledger-0, namespace: payments, labels: { app: ledger } }
spec: { containers: [{ name: ledger, image: "images.example.com/distroless/ledger:1" }, { name: proxy, image: "proxy:1" }] }
`;

let team: Team & Record<"responder", Person>;
let sim: KubeSim;

test.beforeAll(async ({ browser }) => {
  sim = await startKubeSim({ programs: LOCAL_PROGRAMS });
  sim.load("apiVersion: v1\nkind: Namespace\nmetadata: { name: payments, labels: { env: stg } }");
  sim.settle();
  sim.load(PODS);
  sim.settle();
  team = await startTeam(browser, "responder");
  for (const { context } of [team.oncall, team.responder])
    await context.addInitScript(() => localStorage.setItem("interlock.terminals.read-out", "on"));
  const file = join(team.service.home, "eks-stg.json");
  await writeFile(file, JSON.stringify({ kubeconfig: sim.kubeconfig() }), { mode: 0o600 });
  const added = await team.service.cli("connection", "add", "eks-stg", "--connector", "kubernetes", "--environment", "staging", file);
  expect(added.stdout).toContain("added eks-stg");
});

test.afterAll(async () => {
  await team?.stop();
  await sim?.stop();
});

const line = ({ page }: Person, name: string): Locator =>
  page
    .getByRole("tree", { name: "Objects of eks-stg" })
    .getByRole("treeitem")
    .filter({ has: page.getByText(name, { exact: true }) });
const pane = ({ page }: Person): Locator => page.locator("[data-terminal]:visible");
const rows = (person: Person): Locator => pane(person).locator(".xterm-accessibility-tree");

async function type(person: Person, text: string): Promise<void> {
  await pane(person).locator(".xterm-helper-textarea").focus();
  await person.page.keyboard.type(text, { delay: 5 });
}

async function menuOf(person: Person, pod: string): Promise<void> {
  await line(person, pod).hover();
  await person.page.getByRole("button", { name: `Actions for ${pod}` }).click();
}

test("a shell is opened from a pod's line and shared; where there is none a container for debugging is put beside it", async () => {
  const { oncall, responder } = team;
  await team.openRoom("checkout hangs", responder);
  await oncall.page
    .getByRole("button", { name: /eks-stg/ })
    .first()
    .click();
  await line(oncall, "payments").click();
  await line(oncall, "Pod").click();
  await menuOf(oncall, "checkout-7c9d");
  await expectAccessible(oncall.page);
  await oncall.page.getByRole("menuitem", { name: "Open a shell" }).click();
  await expect(oncall.page.getByTestId("terminal-driver")).toHaveText("You type");
  await expect(rows(oncall)).toContainText(/[#$]/);
  await type(oncall, "echo sum-$((20+22))\n");
  await expect(rows(oncall)).toContainText("sum-42");
  await responder.page.getByRole("tab", { name: "payments/checkout-7c9d" }).click();
  await expect(rows(responder)).toContainText("sum-42");
  await type(oncall, "exit 3\n");
  await expect(pane(responder)).toContainText("The shell ended with exit code 3.");

  // Of two containers one is chosen; the default one has no shell.
  await menuOf(oncall, "ledger-0");
  await oncall.page.getByRole("menuitem", { name: "Open a shell" }).click();
  const dialog = oncall.page.getByRole("dialog", { name: "Into a pod" });
  await expect(dialog.getByRole("radio", { name: /ledger/ })).toBeChecked();
  await expectAccessible(oncall.page);
  await dialog.getByRole("button", { name: "Open a shell" }).click();
  await expect(pane(oncall)).toContainText("has neither sh nor bash");
  await pane(oncall).getByRole("button", { name: "Debug…" }).click();
  await expect(dialog).toContainText("It cannot be taken out again");
  await dialog.getByLabel("Image, with a shell in it").fill("kali:1");
  await dialog.getByRole("button", { name: "Put it in and open it" }).click();
  await expect(oncall.page.getByRole("region", { name: /Notifications/ })).toContainText(
    "kali:1 may not be put into this pod; policy permits",
  );
  await dialog.getByLabel("Image, with a shell in it").fill("busybox:1.37");
  await dialog.getByRole("button", { name: "Put it in and open it" }).click();
  await expect(pane(oncall)).toContainText("busybox:1.37 beside ledger");
  await expect(rows(oncall)).toContainText(/[#$]/);
  await type(oncall, "echo debug-$((1+1))\n");
  await expect(rows(oncall)).toContainText("debug-2");
  await expect(oncall.page.getByRole("region", { name: "Timeline" })).toContainText(
    "put a container of busybox:1.37 beside ledger of payments/ledger-0",
  );
});
