import type { ObjectCount, ObjectEdit, ObjectKinds, ObjectsChange, ObjectText } from "@interlock/protocol";

/** An object of a target by its kind's key, its namespace if it is in one, and its name. */
export interface ObjectPlace {
  kind: string;
  namespace?: string;
  name: string;
}

/** The objects of a target. It only reads; nothing it tells holds a secret value. Refusals of the target reject with TargetError, too. */
export interface ObjectExplorer {
  kinds(signal: AbortSignal): Promise<ObjectKinds>;
  /** How many objects of each kind are in a namespace, or of the kinds that are in none. A kind that may not be listed says so. */
  counts(namespace: string | undefined, signal: AbortSignal): Promise<ObjectCount[]>;
  /**
   * Tells what there is of a kind and every change of it, until it is closed. Those who follow the same share one stream from the target;
   * it ends when the last of them closes.
   */
  follow(kind: string, namespace: string | undefined, told: (change: ObjectsChange) => void): { close(): void };
  read(place: ObjectPlace, signal: AbortSignal): Promise<ObjectText>;
  /** JSON schema (draft 7) of a kind, complete in itself; undefined where the target tells none. */
  schema(kind: string, signal: AbortSignal): Promise<Record<string, unknown> | undefined>;
  /**
   * What saving `text` comes to for somebody who was shown `base`. `shown` is how texts of this target are masked before people see them:
   * the object as it is now is compared in that form.
   */
  edit(
    place: ObjectPlace,
    edit: { base: string; text: string; force: boolean; shown: (text: string) => string },
    signal: AbortSignal,
  ): Promise<ObjectEdit>;
}
