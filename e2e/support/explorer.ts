import type { Locator } from "@playwright/test";
import { expect } from "@playwright/test";
import type { Person } from "./people.ts";

/** The tree of the demo cluster's objects, as one person has it. */
export const tree = ({ page }: Person): Locator => page.getByRole("tree", { name: "Objects of eks-prod" });

/** The tree's line of one object, or of a group of them. */
export const line = (person: Person, name: string | RegExp): Locator =>
  tree(person)
    .getByRole("treeitem")
    .filter({ has: person.page.getByText(name, typeof name === "string" ? { exact: true } : {}) });

export async function openCluster(person: Person): Promise<void> {
  if (await tree(person).isVisible()) return;
  await person.page
    .getByRole("button", { name: /eks-prod/ })
    .first()
    .click();
  await expect(line(person, "payments")).toBeVisible();
}

export async function expand(person: Person, ...names: string[]): Promise<void> {
  for (const name of names) {
    const one = line(person, name).first();
    if ((await one.getAttribute("aria-expanded")) !== "true") await one.click();
    await expect(one).toHaveAttribute("aria-expanded", "true");
  }
}
