import type { Reachability } from "@interlock/protocol";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, test } from "vitest";
import { RoomContext } from "../room/room-context.tsx";
import { RoomSession } from "../room/room-session.ts";
import { ReachPanel } from "./reach-panel.tsx";

const ALLOWED: Reachability = {
  allowed: true,
  policies: ["prod/allow"],
  reason: "",
  certain: true,
  notes: [],
  from: { name: "ops/a", namespace: "ops", addresses: [] },
  to: { name: "prod/b", namespace: "prod", addresses: [] },
  port: "1/TCP",
  sides: [],
  connections: [],
  connectionCount: 1,
  policyCount: 1,
};

const sessions: RoomSession[] = [];
afterEach(() => sessions.splice(0).forEach((session) => session.close()));

/** A pane that asks, and what it shows. */
function open() {
  const session = new RoomSession("r", undefined);
  sessions.push(session);
  const paneKey = session.inquiries.open("c", { from: "ops/a", to: "prod/b", port: "1" });
  const { state } = session.inquiries.inquiry(paneKey)!;
  const panel = createElement(ReachPanel, { paneKey, onClose: () => undefined });
  const shown = () => renderToStaticMarkup(createElement(RoomContext, { value: session }, panel));
  return { state, shown };
}

/** What the region says that was there before anything was asked. */
const told = (html: string): string | undefined =>
  /<p role="status" data-testid="reach-status"[^>]*>(.*?)<\/p>/u.exec(html)?.[1]?.replaceAll(/<[^>]*>/gu, "");

test("what goes on is told where a screen reader listens already", () => {
  const { state, shown } = open();
  expect(told(shown())).toBe("");
  state.update((now) => ({ ...now, asking: true }));
  expect(told(shown())).toBe("Reading policies…");
  // Whoever looks at the empty pane is told, too.
  expect(shown()).toContain("Nothing is changed by it");
  state.update((now) => ({ ...now, asking: false, answer: { of: now.texts, value: ALLOWED } }));
  expect(told(shown())).toBe("allowed, from 1 policy, exact");
  expect(shown()).not.toContain("Nothing is changed by it");
});

test("an answer to another question is without colours, but for the line that says so", () => {
  const { state, shown } = open();
  state.update((now) => ({ ...now, answer: { of: { ...now.texts, port: "2" }, value: ALLOWED } }));
  expect(told(shown())).toBe("Of what was asked before; ask again.");
  const [above, below] = shown().split("</header>");
  expect(above).not.toContain("grayscale");
  expect(below).toContain("grayscale");
  state.update((now) => ({ ...now, texts: { ...now.texts, port: " 2 " } }));
  expect(shown()).not.toContain("grayscale");
});
