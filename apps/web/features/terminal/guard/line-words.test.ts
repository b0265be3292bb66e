import type { Principal, WaitingLine } from "@interlock/protocol";
import { expect, test } from "vitest";
import { guardWords, lineRights, seats } from "./line-words.ts";

const line = (more: Partial<WaitingLine> = {}): WaitingLine => ({
  id: "1",
  text: "rm -rf /srv",
  masked: false,
  digest: "00",
  decision: "ask",
  typedBy: ["ann"],
  effect: "delete",
  title: "Deletes /srv",
  parts: [],
  warnings: [],
  rules: ["prod"],
  message: "",
  reviews: [{ count: 1, group: "platform" }],
  approvedBy: [],
  askedAt: "2026-01-01T00:00:00.000Z",
  until: "2026-01-01T00:15:00.000Z",
  ...more,
});
const person = (id: string, ...groups: string[]): Principal => ({
  id,
  name: id,
  displayName: id,
  groups,
  identities: [],
  color: "#000000",
});
const driven = { driverId: "ann" };

test("who typed a line takes it back, others of the group decide, and nobody else", () => {
  expect(lineRights(line(), driven, person("ann", "platform"), "lead")).toEqual({ run: false, back: true, review: false });
  expect(lineRights(line(), driven, person("bob", "platform"), "responder")).toMatchObject({ review: true, back: false });
  expect(lineRights(line(), driven, person("cid"), "responder")).toMatchObject({
    review: false,
    whyNot: "You are not of the people who decide here",
  });
  expect(lineRights(line(), driven, person("bob", "platform"), "observer")).toMatchObject({
    review: false,
    whyNot: "Observers only look on",
  });
  const paused = { ...driven, paused: "Nobody watches." };
  for (const who of ["ann", "bob"])
    expect(lineRights(line(), paused, person(who, "platform"), "lead")).toEqual({
      run: false,
      back: false,
      review: false,
      whyNot: "Nothing is decided while nobody can type",
    });
  expect(lineRights(line({ typedBy: ["ann", "bob"] }), driven, person("bob", "platform"), "responder").whyNot).toContain("keys are yours");
  expect(lineRights(line({ approvedBy: ["bob"] }), driven, person("bob", "platform"), "responder").whyNot).toBe("You agreed to it");
});

test("a line that is confirmed is the driver's alone", () => {
  expect(lineRights(line({ decision: "confirm" }), driven, person("ann"), "responder")).toEqual({ run: true, back: true, review: false });
  expect(lineRights(line({ decision: "confirm" }), driven, person("bob", "platform"), "lead")).toEqual({
    run: false,
    back: false,
    review: false,
  });
});

test("what is not guarded is not called so", () => {
  expect(guardWords({ guard: "guarded" }).guarded).toBe(true);
  expect(guardWords({ guard: "guarded", running: { since: "" } }).guarded).toBe(false);
  expect(guardWords({ guard: "none", why: "the shell there is fish" }).long).toContain("the shell there is fish");
  expect(seats({ reviews: [] })).toBe("somebody else of the room");
});
