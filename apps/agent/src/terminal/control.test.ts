import type { Role } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { Control, type Looker } from "./control.ts";

const person = (id: string, role: Role = "responder", ...groups: string[]): Looker => ({ id, name: id, groups, identities: [], role });
const OPEN = { joining: "peer", moderators: [] } as const;
const MODERATED = { joining: "moderated", moderators: [["platform"]] } as const;

function at(terms: ConstructorParameters<typeof Control>[0], ...lookers: Looker[]): Control {
  const control = new Control(terms, person("ann"));
  for (const looker of lookers) control.came(looker);
  return control;
}

test("one drives, others ask, and control is given", () => {
  const control = at(OPEN, person("ann"), person("bob"), person("cid"));
  expect(control.mayType("ann").ok).toBe(true);
  expect(control.mayType("bob")).toMatchObject({ code: "not_driving" });
  control.ask("cid", true);
  control.ask("bob", true);
  control.ask("bob", true);
  expect(control.asking).toEqual(["cid", "bob"]);
  expect(control.give({ id: "bob", role: "responder" }, "bob")).toMatchObject({ code: "forbidden" });
  expect(control.give({ id: "ann", role: "responder" }, "bob").ok).toBe(true);
  expect(control.driverId).toBe("bob");
  expect(control.asking).toEqual(["cid"]);
  expect(control.mayType("ann")).toMatchObject({ code: "not_driving" });
});

test("a lead takes it back, and may leave it to nobody", () => {
  const control = at(OPEN, person("ann"), person("lee", "lead"));
  expect(control.give({ id: "lee", role: "lead" }, "lee").ok).toBe(true);
  expect(control.give({ id: "lee", role: "lead" }, undefined).ok).toBe(true);
  expect(control.driverId).toBeUndefined();
  expect(control.ask("ann", true).ok).toBe(true);
  expect(control.driverId).toBe("ann");
});

test("who drives without looking holds nothing against who asks", () => {
  const control = at(OPEN, person("ann"), person("bob"));
  control.went("ann");
  expect(control.mayType("ann")).toMatchObject({ code: "not_driving" });
  expect(control.ask("bob", true).ok).toBe(true);
  expect(control.driverId).toBe("bob");
});

test("a second page of one person counts until both are gone", () => {
  const control = at(OPEN, person("ann"), person("ann"));
  control.went("ann");
  expect(control.mayType("ann").ok).toBe(true);
  control.went("ann");
  expect(control.lookers).toEqual([]);
});

test("observers neither ask nor drive, also when they become one", () => {
  const control = at(OPEN, person("ann"), person("obs", "observer"), person("bob"));
  expect(control.ask("obs", true)).toMatchObject({ code: "observer" });
  expect(control.give({ id: "ann", role: "responder" }, "obs")).toMatchObject({ code: "observer" });
  control.ask("bob", true);
  control.becameRole("bob", "observer");
  expect(control.asking).toEqual([]);
  control.becameRole("ann", "observer");
  expect(control.driverId).toBeUndefined();
  expect(control.mayType("ann")).toMatchObject({ code: "not_driving" });
});

test("where others only observe, nobody but who opened it drives", () => {
  const control = at({ joining: "observe", moderators: [] }, person("ann"), person("bob"), person("lee", "lead"));
  expect(control.ask("bob", true)).toMatchObject({ code: "forbidden" });
  expect(control.give({ id: "lee", role: "lead" }, "lee")).toMatchObject({ code: "forbidden" });
});

describe("moderation", () => {
  test("lacks a moderator until another human of the group says that they watch", () => {
    const control = at(MODERATED, person("ann", "lead", "platform"), person("obs", "observer", "platform"), person("bob"));
    control.came({ ...person("ann2", "responder", "platform"), identities: ["ANN"] });
    for (const id of ["ann", "ann2", "obs", "bob", "nobody"]) expect(control.moderate(id, true)).toMatchObject({ code: "forbidden" });
    control.came(person("mod", "responder", "platform"));
    // Looking is not watching over somebody.
    expect(control.lacking).toEqual([["platform"]]);
    expect(control.moderate("mod", true).ok).toBe(true);
    expect(control.lacking).toEqual([]);
    control.moderate("mod", false);
    expect(control.lacking).toEqual([["platform"]]);
    control.moderate("mod", true);
    control.went("mod");
    expect(control.lacking).toEqual([["platform"]]);
    control.came(person("mod", "responder", "platform"));
    expect(control.lacking).toEqual([["platform"]]);
  });

  test("who becomes an observer moderates no longer", () => {
    const control = at(MODERATED, person("ann"), person("mod", "responder", "platform"));
    control.moderate("mod", true);
    control.becameRole("mod", "observer");
    expect(control.lacking).toEqual([["platform"]]);
  });

  test("who moderates alone cannot drive, with another one they can", () => {
    const control = at(MODERATED, person("ann"), person("mod", "responder", "platform"));
    control.moderate("mod", true);
    expect(control.give({ id: "mod", role: "responder" }, "mod")).toMatchObject({ code: "forbidden" });
    expect(control.driverId).toBe("ann");
    control.came(person("mod2", "responder", "platform"));
    control.moderate("mod2", true);
    expect(control.give({ id: "mod", role: "responder" }, "mod").ok).toBe(true);
    control.went("mod2");
    expect(control.lacking).toEqual([["platform"]]);
  });

  test("each demand needs its own people", () => {
    const control = at({ joining: "moderated", moderators: [["a"], ["b", "c"]] }, person("ann"), person("one", "responder", "a"));
    control.moderate("one", true);
    expect(control.lacking).toEqual([["b", "c"]]);
    control.came(person("two", "responder", "c"));
    control.moderate("two", true);
    expect(control.lacking).toEqual([]);
  });
});
