import { isRecord, type Json, type KubeObject, parseJson } from "@interlock/kube-model";
import { indexOf, type Path } from "../gate/server-side-apply.ts";
import { fieldName, type Change } from "./object-changes.ts";

type Operation = { op: "add" | "remove" | "replace" | "test"; path: string; value?: Json };

export interface PatchOptions {
  live: KubeObject;
  changes: readonly Change[];
  /** e.g. `deployments.apps`. */
  resource: string;
  /** What stands in texts for a value that is not shown: it cannot be tested for. */
  masked: string;
}

/**
 * The changes as one JSON patch (RFC 6902), which the server does whole or not at all. Each field is tested for being as it was shown, so
 * that nothing somebody else has written meanwhile is lost. Fails where a place is no longer there.
 */
export function patchCommand({
  live,
  changes,
  resource,
  masked,
}: PatchOptions): { ok: true; command: string } | { ok: false; reason: string } {
  const operations: Operation[] = [];
  const removals: { index: string; operations: Operation[] }[] = [];
  for (const { path, was, now } of changes) {
    const place = placeOf(live, path);
    if (place === undefined)
      return { ok: false, reason: `${fieldName(path)} is not where it was any more. Look at the object as it is now.` };
    const { pointer, tests, exists } = place;
    const hidden = JSON.stringify(was ?? null, big).includes(masked);
    const still: Operation[] = was === undefined || hidden ? [] : [{ op: "test", path: pointer, value: was }];
    if (now === undefined) {
      if (exists) removals.push({ index: pointer, operations: [...tests, ...still, { op: "remove", path: pointer }] });
    } else if (exists) operations.push(...tests, ...still, { op: "replace", path: pointer, value: now });
    else operations.push(...tests, { op: "add", path: pointer, value: now });
  }
  // What stands behind in a list moves up when something before it goes.
  for (const removal of removals.toSorted((left, right) => byPointer(right.index, left.index))) operations.push(...removal.operations);
  const { name, namespace } = live.metadata as { name: string; namespace?: string };
  const patch = JSON.stringify(operations, big).replaceAll("'", "\\u0027");
  const where = namespace === undefined ? "" : ` -n ${namespace}`;
  return { ok: true, command: `kubectl patch ${resource} ${name}${where} --field-manager=interlock --type=json -p '${patch}'` };
}

/** A whole number of any size as JSON; parsing keeps its digits (see parseJson). */
const big = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? parseJson(value.toString()) : value);

function byPointer(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** Where a field is in the object now; undefined where what holds it is not there. */
function placeOf(live: KubeObject, path: Path): { pointer: string; tests: Operation[]; exists: boolean } | undefined {
  let at: Json = live;
  let pointer = "";
  const tests: Operation[] = [];
  for (const [depth, part] of path.entries()) {
    const last = depth === path.length - 1;
    if (part.startsWith("f:")) {
      if (!isRecord(at)) return undefined;
      const name = part.slice(2);
      pointer += `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (at[name] === undefined) return last ? { pointer, tests, exists: false } : undefined;
      at = at[name];
      continue;
    }
    if (!Array.isArray(at)) return undefined;
    const index = indexOf(at, part);
    if (index === -1) return last ? { pointer: `${pointer}/-`, tests, exists: false } : undefined;
    pointer += `/${index}`;
    at = at[index];
    // That the item at this place is still the one that is meant.
    if (part.startsWith("k:") && !last)
      for (const key of Object.keys(JSON.parse(part.slice(2)) as object))
        if (at[key] !== undefined) tests.push({ op: "test", path: `${pointer}/${key}`, value: at[key] });
  }
  return { pointer, tests, exists: true };
}
