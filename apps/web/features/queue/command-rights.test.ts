import type { Command, Person, Principal, Role } from "@interlock/protocol";
import { expect, test } from "vitest";
import { commandRights, keptOpen, openSeats } from "./command-rights.ts";

const person = (name: string): Person => ({ id: `id-${name}`, name, displayName: name, color: "#000000" });
const principal = (name: string, groups: string[] = [], identities: string[] = []): Principal => ({ ...person(name), groups, identities });
const command = (part: Partial<Command> = {}) =>
  ({
    state: "awaiting_review",
    proposer: person("oncall"),
    authors: [person("oncall"), person("responder")],
    reviews: [],
    verdict: { decision: "review", obligations: { reviews: [{ count: 1, group: "payments-reviewers" }] } },
    ...part,
  }) as unknown as Command;
const rights = (me: Principal, role: Role = "responder", part: Partial<Command> = {}) => commandRights(command(part), me, role);

test("a member of the demanded group who wrote none of it may review", () => {
  expect(rights(principal("reviewer", ["payments-reviewers"]))).toMatchObject({ review: true, whyNot: undefined });
});

test.each([
  ["the proposer", principal("oncall", ["payments-reviewers"]), "responder", "You proposed this"],
  ["an author", principal("responder", ["payments-reviewers"]), "responder", "You wrote part of this"],
  ["an author under another name", principal("ada", ["payments-reviewers"], ["responder"]), "responder", "You wrote part of this"],
  ["the lead who wrote it", principal("oncall", ["payments-reviewers"]), "lead", "You proposed this"],
  ["an observer", principal("reviewer", ["payments-reviewers"]), "observer", "Observers only observe"],
  ["somebody of another group", principal("admin", ["admins"]), "responder", "For payments-reviewers to review"],
] as const)("%s may not review, and is told why", (_who, me, role, why) => {
  expect(rights(me, role)).toMatchObject({ review: false, whyNot: why });
});

test("nobody reviews twice", () => {
  const reviews = [{ id: "r", reviewer: person("reviewer"), decision: "approve" as const, group: "payments-reviewers", at: "" }];
  expect(rights(principal("reviewer", ["payments-reviewers"]), "responder", { reviews })).toMatchObject({
    review: false,
    whyNot: "You have reviewed this",
  });
});

test("anybody who acts may hold a countdown; observers may not", () => {
  const counting = { state: "approved", runsAt: "2026-11-20T00:00:05.000Z" } as const;
  expect(rights(principal("x", ["g"]), "responder", counting)).toMatchObject({ hold: true, resume: false });
  expect(rights(principal("x"), "observer", counting).hold).toBe(false);
});

test("a held one is resumed by its authors, its reviewers and the lead", () => {
  expect(rights(principal("responder"), "responder", { state: "approved" }).resume).toBe(true);
  expect(rights(principal("reviewer", ["payments-reviewers"]), "responder", { state: "approved" }).resume).toBe(true);
  expect(rights(principal("x"), "lead", { state: "approved" }).resume).toBe(true);
  expect(rights(principal("x"), "responder", { state: "approved" }).resume).toBe(false);
});

test("what has ended offers nothing", () => {
  for (const state of ["succeeded", "failed", "rejected", "unknown"] as const)
    expect(Object.values(rights(principal("oncall"), "lead", { state })).filter(Boolean)).toEqual([]);
});

test("a seat counts for the group it fills", () => {
  const reviews = [{ id: "r", reviewer: person("reviewer"), decision: "approve" as const, group: "payments-reviewers", at: "" }];
  expect(openSeats(command())).toEqual([{ group: "payments-reviewers", open: 1 }]);
  expect(openSeats(command({ reviews }))).toEqual([]);
});

test("the last write stays open until the next one finishes, a troubled read too, and what nobody knows always", () => {
  const finished = (id: string, effect: Command["effect"], state: Command["state"], minute: number) =>
    command({ id, effect, state, updatedAt: `2026-11-21T03:0${minute}:00.000Z` });
  const older = finished("older", "delete", "succeeded", 1);
  const write = finished("write", "modify", "succeeded", 2);
  const read = finished("read", "read", "succeeded", 3);
  const lost = finished("lost", "delete", "unknown", 0);
  const failed = finished("failed", "session", "failed", 4);
  expect([...keptOpen([read, write, older, failed, lost])].toSorted()).toEqual(["failed", "lost", "write"]);
  const next = finished("next", "append", "rejected", 5);
  const later = finished("later", "read", "succeeded", 6);
  expect([...keptOpen([later, next, failed, read, write])]).toEqual(["next"]);
  expect(keptOpen([]).size).toBe(0);
});
