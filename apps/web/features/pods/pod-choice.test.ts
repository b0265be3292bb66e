import type { TerminalOffer } from "@interlock/protocol";
import { expect, test } from "vitest";
import { chosen, images, open, waySays } from "./pod-choice.ts";

const container = { image: "app:1", type: "container", running: true, stdin: false, tty: false } as const;
const offer = (more: Partial<TerminalOffer["ways"][number]> = {}, names: string[] = ["app"]): TerminalOffer => ({
  ways: [{ way: "exec", reason: false, moderators: [], ...more }],
  pod: { defaultContainer: "app", containers: names.map((name) => ({ ...container, name })) },
});
const wish = { connectionId: "c", namespace: "shop", name: "web", way: "exec" } as const;

test("a shell is opened at once where nothing is left to choose or to say", () => {
  expect(chosen(wish, offer())).toEqual({
    connectionId: "c",
    name: "shop/web",
    pod: { namespace: "shop", name: "web", container: "app", mode: "exec" },
  });
  expect(chosen(wish, offer({}, ["app", "side"]))).toBeUndefined();
  expect(chosen({ ...wish, container: "side" }, offer({}, ["app", "side"]))?.pod?.container).toBe("side");
  expect(chosen(wish, offer({ reason: true }))).toBeUndefined();
  expect(chosen(wish, offer({ denied: "No." }))).toBeUndefined();
  expect(chosen({ ...wish, way: "attach" }, offer())).toBeUndefined();
  expect(chosen(wish, { ...offer(), pod: { ...offer().pod!, lacks: "It has ended." } })).toBeUndefined();
});

test("what does not run is not offered", () => {
  const made = offer({}, ["app", "side"]);
  made.pod!.containers[0]!.running = false;
  expect(open(made).map(({ name }) => name)).toEqual(["side"]);
});

test("images that are named whole are told from patterns", () => {
  expect(images({ way: "debug", reason: false, moderators: [], images: ["busybox:1.37", "alpine:*"] })).toEqual({
    whole: ["busybox:1.37"],
    patterns: ["alpine:*"],
  });
});

test("what cannot be typed into or taken out is said before", () => {
  expect(waySays("attach", { ...container, name: "app" })).toContain("nothing can be typed");
  expect(waySays("attach", { ...container, name: "app", stdin: true })).toContain("may end the container");
  expect(waySays("debug", undefined)).toContain("cannot be taken out");
});
