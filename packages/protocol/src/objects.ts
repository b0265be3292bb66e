import { z } from "zod";

/** Most characters of one object's text that is edited here; a larger one is a file for `kubectl apply`. */
export const OBJECT_TEXT_CHARS = 100_000;

/** Names of the API: kinds, namespaces and objects, none of them longer than 253 characters there. */
const Name = z.string().min(1).max(300);

/** A kind of objects, as the target's own discovery tells it. */
export const ObjectKind = z.object({
  /** `<group>/<plural>`, e.g. `apps/deployments`; `/pods` in the core group. The same in every version. */
  key: Name,
  /** e.g. `apps/v1`. */
  apiVersion: z.string(),
  kind: z.string(),
  /** As commands name it, e.g. `deployments`. */
  plural: z.string(),
  namespaced: z.boolean(),
});
export type ObjectKind = z.infer<typeof ObjectKind>;

/** All kinds whose objects can be listed and followed. */
export const ObjectKinds = z.object({
  kinds: z.array(ObjectKind),
  /** Groups that did not say what they serve, and why. */
  failed: z.array(z.object({ group: z.string(), reason: z.string() })),
  /** The namespace the connection works in, for those who may not list them. */
  namespace: z.string().optional(),
});
export type ObjectKinds = z.infer<typeof ObjectKinds>;

/** How many objects of a kind there are. */
export const ObjectCount = z.object({
  kind: Name,
  count: z.number().int().nonnegative(),
  /** There are more than `count`; how many is not said by the target. */
  more: z.boolean().optional(),
  /** Why it is not known, in words. `count` is 0 then. */
  refused: z.string().optional(),
});
export type ObjectCount = z.infer<typeof ObjectCount>;

/** What is told of an object while it is only listed: nothing of its body. */
export const ObjectEntry = z.object({
  uid: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  /** When it was made. */
  at: z.string(),
  /** The target's version of it: another one says that something has changed. */
  version: z.string(),
  /** Being deleted, and waiting for something. */
  terminating: z.boolean().optional(),
});
export type ObjectEntry = z.infer<typeof ObjectEntry>;

/** Objects of one kind in one namespace; without a namespace those of the whole target. */
export const ObjectScope = z.object({ connectionId: z.string(), kind: Name, namespace: Name.optional() });
export type ObjectScope = z.infer<typeof ObjectScope>;

export const ObjectRef = ObjectScope.extend({ name: Name });
export type ObjectRef = z.infer<typeof ObjectRef>;

/**
 * How well a list is known. `refused`: the target does not let it be listed; `gone`: the kind is served no more; `behind`: what is shown was
 * so when the target last answered.
 */
export const ObjectsPhase = z.enum(["loading", "live", "behind", "refused", "gone"]);
export type ObjectsPhase = z.infer<typeof ObjectsPhase>;

export const ObjectsChange = z.object({
  phase: ObjectsPhase,
  /** In words, where the phase needs them. */
  why: z.string().optional(),
  /** Forget what was told before; what is put then is all there is. */
  reset: z.boolean(),
  put: z.array(ObjectEntry),
  /** Uids. */
  gone: z.array(z.string()),
});
export type ObjectsChange = z.infer<typeof ObjectsChange>;

/** One object as people read it: YAML, with every value that is masked as `••••`. */
export const ObjectText = z.object({
  text: z.string(),
  /** The same with `managedFields`. */
  full: z.string(),
  uid: z.string(),
  version: z.string(),
  /** Who changed it last, by field managers. */
  changed: z.object({ manager: z.string(), at: z.string() }).optional(),
});
export type ObjectText = z.infer<typeof ObjectText>;

/** What saving an edit comes to. Nothing is written by asking. */
export const ObjectEdit = z.object({
  /** The command that does it; absent where the edit changes nothing. */
  command: z.string().optional(),
  /** Fields that were edited, e.g. `spec.replicas`. */
  fields: z.array(z.string()),
  /** What others have changed since it was opened; `both` where the edit changes it, too. */
  drift: z.array(z.object({ field: z.string(), was: z.string(), now: z.string(), both: z.boolean() })),
  /** Edited fields that another manager owns: applied only by taking them over, which the command does where that was asked for. */
  conflicts: z.array(z.object({ field: z.string(), manager: z.string() })),
  /** What stands in the way, in words: the edit cannot become a command. */
  problem: z.string().optional(),
  /** Why the command is not an apply, in words. */
  note: z.string().optional(),
});
export type ObjectEdit = z.infer<typeof ObjectEdit>;
