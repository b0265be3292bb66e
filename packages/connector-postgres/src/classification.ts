import { strongest, type Effect, type SideEffect } from "@interlock/protocol";
import type { NameRef, Node } from "./tree.ts";

/** What a tree says about its consequences before any catalogue is asked. */
export interface Classification {
  /** Of everything but `calls`, which only a catalogue can judge. */
  effect: Effect;
  sideEffects: SideEffect[];
  /** Functions that are not reviewed built-ins; each counts as `unknown` until judged. */
  calls: NameRef[];
  /** Reviewed built-ins named without a schema: somebody's own function may stand in front of them. */
  builtins: string[];
  operators: NameRef[];
  types: NameRef[];
  /** Names after a dot: columns, as a rule, but `row.name` also calls a function of that name. */
  attributes: string[];
  /** Trees of queries handed over as literal text: what they read is read, too. */
  followed: Node[];
  /** Calls something volatile: it may not be evaluated to count rows. */
  volatile: boolean;
  /** Why the effect is `unknown`, or what people should know. */
  notes: string[];
}

export const nothing = (effect: Effect = "read", ...notes: string[]): Classification => ({
  effect,
  sideEffects: [],
  calls: [],
  builtins: [],
  operators: [],
  types: [],
  attributes: [],
  followed: [],
  volatile: false,
  notes,
});

export function combine(parts: readonly Classification[]): Classification {
  return {
    effect: strongest(parts.map((part) => part.effect)),
    sideEffects: parts.flatMap((part) => part.sideEffects),
    calls: parts.flatMap((part) => part.calls),
    builtins: parts.flatMap((part) => part.builtins),
    operators: parts.flatMap((part) => part.operators),
    types: parts.flatMap((part) => part.types),
    attributes: parts.flatMap((part) => part.attributes),
    followed: parts.flatMap((part) => part.followed),
    volatile: parts.some((part) => part.volatile),
    notes: parts.flatMap((part) => part.notes),
  };
}

/** The effect by the text alone: with unjudged calls it is not known. */
export const textEffect = (found: Classification): Effect => (found.calls.length > 0 ? "unknown" : found.effect);
