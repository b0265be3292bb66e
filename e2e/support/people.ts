import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import type { Service } from "./service.ts";

export interface Person {
  name: string;
  context: BrowserContext;
  page: Page;
}

interface BrowserOptions {
  colorScheme?: "dark" | "light";
}

/** Signs `name` in with the form, in a browser context of their own, and fails on any request that leaves this machine. */
export async function signIn(browser: Browser, service: Service, name: string, options: BrowserOptions = {}): Promise<Person> {
  const person = await newPerson(browser, service, name, options);
  const { page } = person;
  await page.goto("/sign-in");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("interlock");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/rooms");
  return person;
}

/** The same with the requests that the form makes, where signing in is not what is tested: two pages less to draw. The page is blank. */
export async function signedIn(browser: Browser, service: Service, name: string): Promise<Person> {
  const person = await newPerson(browser, service, name, {});
  const { request } = person.context;
  const { csrfToken } = (await (await request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const answer = await request.post("/api/auth/callback/password", {
    form: { name, password: "interlock", csrfToken, callbackUrl: "/rooms", json: "true" },
  });
  const { url } = (await answer.json()) as { url: string };
  if (!url.endsWith("/rooms")) throw new Error(`${name} could not sign in: ${url}`);
  return person;
}

async function newPerson(browser: Browser, service: Service, name: string, options: BrowserOptions): Promise<Person> {
  const context = await browser.newContext({ baseURL: service.url, ...options });
  const page = await context.newPage();
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["127.0.0.1", "localhost", ""].includes(url.hostname)) throw new Error(`third-party request: ${request.url()}`);
  });
  return { name, context, page };
}

/** Opens the demo room from the list and waits until its document is on screen and in sync. */
export async function openDemoRoom({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: /payments 5xx after deploy/ }).click();
  await page.waitForURL("**/rooms/*");
  await expect(page.locator(".monaco-editor").first()).toBeVisible();
  await expect(page.getByText(/all synced/)).toBeVisible();
}

/** The lines of the document this browser shows, top to bottom. */
export async function shownText({ page }: Pick<Person, "page">): Promise<string> {
  const lines = await page.locator(".monaco-editor .view-line").evaluateAll((elements) =>
    elements
      .map((element) => ({ top: Number.parseFloat((element as HTMLElement).style.top), text: element.textContent ?? "" }))
      .toSorted((a, b) => a.top - b.top)
      .map(({ text }) => text.replaceAll("\u00a0", " ")),
  );
  return lines.join("\n");
}

/** Puts the cursor at the end of the document and types, as a person would. */
export async function typeAtEnd({ page }: Person, text: string): Promise<void> {
  await page
    .locator(".monaco-editor")
    .first()
    .click({ position: { x: 300, y: 20 } });
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text, { delay: 8 });
}
