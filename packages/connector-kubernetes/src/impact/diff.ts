import type { Json, KubeObject } from "@interlock/kube-model";
import { structuredPatch } from "diff";
import { stringify } from "yaml";
import { withObjectMetadata } from "../gate/foreseen.ts";

const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object as people compare it: without the server's bookkeeping, without the copy of itself that `kubectl apply` keeps, and without its
 * status unless that is what is written.
 */
export function shown(object: KubeObject, withStatus = false): KubeObject {
  const { status, ...rest } = object;
  const metadata: Json = object.metadata ?? {};
  const annotations: Json = metadata.annotations;
  const kept =
    annotations === undefined ? undefined : Object.fromEntries(Object.entries(annotations as object).filter(([key]) => key !== APPLIED));
  const bare = withObjectMetadata(rest, {
    managedFields: undefined,
    resourceVersion: undefined,
    generation: undefined,
    annotations: kept === undefined || Object.keys(kept).length === 0 ? undefined : kept,
  });
  return withStatus && status !== undefined ? { ...bare, status } : bare;
}

/** Lines around a change that are shown with it. */
const AROUND = 3;

/**
 * Both as YAML with sorted keys, compared line by line: each line of the answer begins with ` `, `-` or `+`, or with `@@` where lines are
 * left out. Empty when nothing that is shown differs.
 */
export function yamlDiff(before: KubeObject | undefined, after: KubeObject | undefined, withStatus = false): string {
  const text = (object: KubeObject | undefined): string =>
    object === undefined
      ? ""
      : stringify(plainJson(shown(object, withStatus)), { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
  const old = text(before);
  const fresh = text(after);
  if (old === fresh) return "";
  const { hunks } = structuredPatch("", "", old, fresh, "", "", { context: AROUND });
  const lines = hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines.filter((line) => !line.startsWith("\\")),
  ]);
  return `${lines.join("\n")}\n`;
}

/** Numbers that a double cannot hold are kept as their text while they are passed on; here they are only looked at. */
export function plainJson(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
