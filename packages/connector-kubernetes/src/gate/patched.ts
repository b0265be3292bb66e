import { cloneJson, isRecord, type KubeObject } from "@interlock/kube-model";
import { notShown, withObjectMetadata, type PlanView, type WriteRequest } from "./foreseen.ts";
import { PatchError, jsonPatch, mergePatch } from "./json-patch.ts";
import { serverSideApply } from "./server-side-apply.ts";
import { failure, qualified, type Answer } from "./status.ts";
import { strategicMerge } from "./strategic-merge.ts";

export type PatchResult = { ok: true; object: KubeObject } | { ok: false; answer: Answer };

/** A patch over an object as the plan has it, which the server cannot do. What comes out is put to the server as a whole. */
export async function patched(view: PlanView, request: WriteRequest, current: KubeObject): Promise<PatchResult> {
  const { target, body } = request;
  if (body.encoding !== "json" || body.patch === undefined) return { ok: false, answer: failure(415, "the patch is not understood here") };
  const base = cloneJson(current);
  try {
    switch (body.patch) {
      case "json":
        return { ok: true, object: jsonPatch(base, body.value) as KubeObject };
      case "merge":
        return { ok: true, object: mergePatch(base, body.value) as KubeObject };
      case "strategic":
      case "apply": {
        const kind = current.kind ?? (await view.facts.kind(target));
        const schema = kind === undefined ? undefined : await view.facts.schema(target.group, target.version, kind);
        if (schema === undefined) {
          const what = qualified(target.group, target.resource);
          return {
            ok: false,
            answer: notShown(view, `the cluster does not say how ${what} are merged, so the plan cannot show a second change`),
          };
        }
        if (body.patch === "strategic") return { ok: true, object: strategicMerge(base, body.value, schema) as KubeObject };
        return applied(request, base, schema);
      }
    }
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, answer: failure(422, `the patch does not fit: ${error.message}`) };
    throw error;
  }
}

function applied(request: WriteRequest, base: KubeObject, schema: Parameters<typeof serverSideApply>[2]): PatchResult {
  const { body, query, target } = request;
  const manager = query.get("fieldManager");
  if (manager === undefined) return { ok: false, answer: failure(400, "fieldManager is required for apply patch") };
  if (body.encoding !== "json" || !isRecord(body.value)) return { ok: false, answer: failure(400, "an apply patch is an object") };
  const force = query.get("force");
  const result = serverSideApply(base, body.value as KubeObject, schema, {
    manager,
    force: force === "true" || force === "1",
    apiVersion: target.group === "" ? target.version : `${target.group}/${target.version}`,
    now: new Date().toISOString().replace(/\.[0-9]+Z$/, "Z"),
  });
  if (result.ok) return { ok: true, object: withObjectMetadata(result.object, { name: base.metadata?.name }) };
  const count = result.conflicts.length;
  const causes = result.conflicts.map(({ manager: by, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with "${by}"`,
    field,
  }));
  const message = `Apply failed with ${count} conflict${count === 1 ? "" : "s"}: ${causes.map((cause) => `${cause.message}: ${cause.field}`).join(", ")}`;
  const answer = failure(409, message);
  return { ok: false, answer: { ...answer, body: { ...answer.body, details: { causes } } } };
}
