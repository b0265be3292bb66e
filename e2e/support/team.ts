import { expect, type Browser, type Locator } from "@playwright/test";
import { Client } from "pg";
import { apiOf, type Api } from "./api.ts";
import { signedIn, typeAtEnd, type Person } from "./people.ts";
import { createService, demoTarget, type Service } from "./service.ts";

/** The people of an incident, each in a browser of their own, on a whole Interlock. */
export interface Team {
  service: Service;
  /** As `oncall`. */
  api: Api;
  oncall: Person;
  /** A new room of `oncall`, who leads it, with one document, which `others` look at, too. Resolves to the room's id. */
  openRoom(title: string, ...others: Person[]): Promise<string>;
  /** Runs SQL on the demo target beside Interlock; resolves to its rows. */
  target<Row>(sql: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Starts an Interlock and signs in `oncall` and `others`, whose pages are blank. */
export async function startTeam<Name extends string>(browser: Browser, ...others: Name[]): Promise<Team & Record<Name, Person>> {
  // Nobody holds a run here: what holding is like is shown by the story.
  const service = await createService({ countdown: "1s" });
  const people: Person[] = [];
  const stop = async (): Promise<void> => {
    for (const { context } of people) await context.close();
    await service.stop();
    await service.dispose();
  };
  const come = async (name: string): Promise<Person> => {
    const person = await signedIn(browser, service, name);
    people.push(person);
    return person;
  };
  try {
    const api = await apiOf(service, "oncall");
    const [oncall, ...rest] = await Promise.all([come("oncall"), ...others.map(come)]);
    return {
      ...(Object.fromEntries(others.map((name, index) => [name, rest[index]])) as Record<Name, Person>),
      service,
      api,
      oncall,
      openRoom: (title, ...lookers) => openRoom(api, oncall, title, lookers),
      target: (sql) => runOnTarget(service, sql),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openRoom(api: Api, lead: Person, title: string, others: readonly Person[]): Promise<string> {
  const { body } = await api.post<{ id: string }>("/rooms", { title });
  await lead.page.goto(`/rooms/${body.id}`);
  await lead.page.getByRole("main").getByRole("button", { name: "New document" }).last().click();
  await lead.page.getByLabel("Name").fill("work.sql");
  await lead.page.getByRole("button", { name: "Create" }).click();
  await expect(lead.page.locator(".monaco-editor").first()).toBeVisible();
  for (const other of others) {
    await other.page.goto(`/rooms/${body.id}`);
    await expect(other.page.locator(".monaco-editor").first()).toBeVisible();
    await synced(other);
  }
  await synced(lead);
  return body.id;
}

async function runOnTarget<Row>(service: Service, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: (await demoTarget(service)).write });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

export const queue = ({ page }: Person): Locator => page.getByRole("region", { name: "Queue" });

/** The commands in somebody's queue that say `text`. */
export const card = (person: Person, text: string | RegExp): Locator => queue(person).locator("article").filter({ hasText: text });

export const synced = ({ page }: Person): Promise<void> => expect(page.getByTestId("sync")).toContainText("all synced");

/** Types a statement at the end and, once its impact is there and counted as far as it can be, presses what proposes it. */
export async function propose(person: Person, text: string, keys = "Control+Enter"): Promise<void> {
  await typeAtEnd(person, text);
  await person.page.keyboard.press("Escape");
  await expect(person.page.getByTestId("verdict")).toBeVisible();
  // On a busy machine there is an estimate at first, with which a limit for its rows would be asked for.
  await expect(person.page.getByRole("region", { name: "Impact of the statement under the cursor" })).not.toHaveAttribute(
    "aria-busy",
    "true",
  );
  await person.page.keyboard.press(keys);
}
