import type { ObjectEdit } from "@interlock/protocol";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import type { Answer, Request } from "../room/room-connection.ts";
import { RoomContext } from "../room/room-context.tsx";
import { RoomSession } from "../room/room-session.ts";
import type { RoomState } from "../room/room-state.ts";
import { ObjectPanel } from "./object-panel.tsx";
import { mayPropose, mayType } from "./save-rights.ts";

const TARGET = { connectionId: "c", kind: "apps/deployments", kindName: "Deployment", namespace: "shop", name: "web" };
const HERE = { text: "replicas: 2\n", full: "replicas: 2\n", uid: "u", version: "1" };
const NOTHING: ObjectEdit = { fields: [], drift: [], conflicts: [] };

const sessions: RoomSession[] = [];
afterEach(() => sessions.splice(0).forEach((session) => session.close()));

/** An object that is open in a room, with what the agent answers. */
async function open(answers: Partial<Record<Request["type"], () => Answer>> = {}, room: Partial<RoomState> = {}) {
  const session = new RoomSession("r", undefined);
  sessions.push(session);
  session.state.update((state) => ({ ...state, role: "responder", link: { phase: "live" }, ...room }));
  const known: typeof answers = {
    "object.read": () => ({ ok: true, value: HERE }),
    "object.edit": () => ({ ok: true, value: { ...NOTHING } }),
    ...answers,
  };
  vi.spyOn(session.connection, "request").mockImplementation((request) =>
    Promise.resolve(known[request.type]?.() ?? { ok: false, code: "connection_lost", title: "lost", next: "" }),
  );
  const paneKey = session.openObjects.open(TARGET);
  const buffer = session.openObjects.buffer(paneKey)!;
  await vi.waitFor(() => expect(buffer.state.get().phase).not.toBe("loading"));
  const shown = () =>
    renderToStaticMarkup(
      createElement(RoomContext, { value: session }, createElement(ObjectPanel, { paneKey, onClose: () => undefined })),
    ).replaceAll("&quot;", '"');
  return { session, buffer, shown, state: () => buffer.state.get() };
}

/** The tag of the button with these words. */
const button = (html: string, words: string): string =>
  /<button[^>]*>/u.exec(html.slice(html.lastIndexOf("<button", html.indexOf(words))))?.[0] ?? "";

test("the editor's place stays while the object cannot be read, so that it is there once it can", async () => {
  const { shown } = await open({
    "object.read": () => ({ ok: false, code: "target_down", title: "The target does not answer", next: "" }),
  });
  expect(shown()).toContain("Try again");
  expect(shown()).toContain('data-testid="object-editor"');
});

test("while there is no connection one goes on typing, and plans later", async () => {
  const link = { phase: "reconnecting", attempt: 1, retryAt: 0, why: "lost" } as const;
  const { shown, buffer, session, state } = await open({}, { link });
  buffer.write("replicas: 3\n");
  expect(mayType(session.state.get(), state())).toBe(true);
  expect(shown()).not.toContain("you observe");
  expect(button(shown(), "Plan the change")).toContain('disabled=""');
  session.state.update((now) => ({ ...now, role: "observer" }));
  expect(mayType(session.state.get(), state())).toBe(false);
  expect(shown()).toContain("you observe: read only");
});

test("a plan of an earlier text says so, and that nothing is being worked out", async () => {
  const { shown, buffer, state } = await open();
  await buffer.plan();
  expect(shown()).toContain("Nothing would change");
  expect(shown()).not.toContain("earlier text");
  buffer.write("replicas: 0\n");
  expect(shown()).toContain("This is of an earlier text");
  expect(shown()).toMatch(/grayscale[^>]*><p[^>]*>Nothing would change/u);
  expect(mayPropose(state())).toBe(false);
});

test("what was proposed is not proposed again until the text is another", async () => {
  const { shown, buffer, state } = await open();
  buffer.write("replicas: 3\n");
  await buffer.plan();
  expect(mayPropose(state())).toBe(true);
  buffer.state.update((now) => ({ ...now, proposed: { commandId: "1", text: now.text } }));
  expect(mayPropose(state())).toBe(false);
  expect(shown()).toContain("This edit is proposed: it is on its way.");
  buffer.write("replicas: 4\n");
  await buffer.plan();
  expect(mayPropose(state())).toBe(true);
  expect(shown()).toContain("An earlier text is proposed");
  buffer.discard();
  expect(shown()).toContain("An edit of it is proposed");
});

test("an object that cannot be read again is not taken for what is there", async () => {
  let down = false;
  const { shown, buffer } = await open({
    "object.read": () =>
      down ? { ok: false, code: "target_down", title: "The target does not answer", next: "" } : { ok: true, value: HERE },
  });
  down = true;
  await buffer.read();
  expect(shown()).toContain("It could not be read again, so it may be otherwise by now: The target does not answer");
  down = false;
  await buffer.read();
  expect(shown()).not.toContain("could not be read again");
});

test("its bar can be used by keyboard to the end: a button that has nothing to do stays where it is", async () => {
  const { shown, buffer } = await open();
  expect(shown()).toContain('aria-label="Close shop/web"');
  expect(button(shown(), "Discard")).toContain('disabled=""');
  buffer.write("replicas: 3\n");
  expect(button(shown(), "Discard")).not.toContain('disabled=""');
});
