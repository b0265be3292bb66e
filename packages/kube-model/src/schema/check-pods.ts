import { isRecord, type Json, type KubeObject } from "../json.ts";
import { labelsOf, selects, selectsAll } from "../label-selector.ts";
import { groupOf } from "../workload/pod-templates.ts";
import { podsOf } from "../workload/workload.ts";
import { pathText, type SchemaProblem } from "./check.ts";

const SELECTING = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/** What is wrong with pods and what selects them, beyond their types. */
export function checkPods(object: KubeObject): SchemaProblem[] {
  return [...checkSelector(object), ...podsOf(object).flatMap((pod) => checkPod(object, pod))];
}

function checkSelector(object: KubeObject): SchemaProblem[] {
  const spec: Json = object["spec"];
  if (groupOf(object) !== "apps" || !SELECTING.has(String(object.kind)) || !isRecord(spec) || !isRecord(spec["selector"])) return [];
  const path = ["spec", "selector"];
  if (selectsAll(spec["selector"])) return [{ path, message: "spec.selector selects every pod of the namespace; it must name labels." }];
  if (!isRecord(spec["template"]) || selects(spec["selector"], labelsOf(spec["template"]))) return [];
  return [{ path, message: "spec.selector does not select the pods of spec.template: their labels differ." }];
}

function checkPod(object: KubeObject, { path, spec, containers, volumes }: ReturnType<typeof podsOf>[number]): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  if (!containers.some(({ type }) => type === "container"))
    problems.push({ path, message: `${pathText([...path, "containers"])} must have at least one container.` });
  const names = new Set<string>();
  const templates: Json = object["spec"]?.["volumeClaimTemplates"];
  const claims = Array.isArray(templates) ? templates.map((one: Json) => (isRecord(one) ? one["metadata"]?.["name"] : undefined)) : [];
  const mounted = new Set([...volumes.map(({ name }) => name), ...claims]);
  for (const container of containers) {
    const at = pathText(container.path);
    if (container.name === "") problems.push({ path: container.path, message: `${at}.name must be there.` });
    else if (names.has(container.name))
      problems.push({ path: [...container.path, "name"], message: `${at}: there is another container ${container.name}.` });
    names.add(container.name);
    // A template may be without an image where something fills it in later; nothing built in does.
    if (container.image.text.trim() === "") problems.push({ path: container.path, message: `${at}.image must be there.` });
    const mounts: Json = container.spec["volumeMounts"];
    for (const [index, mount] of Array.isArray(mounts) ? mounts.entries() : []) {
      if (isRecord(mount) && typeof mount["name"] === "string" && !mounted.has(mount["name"]))
        problems.push({
          path: [...container.path, "volumeMounts", index],
          message: `${at} mounts ${mount["name"]}, and there is no such volume.`,
        });
    }
  }
  const restart: Json = spec["restartPolicy"];
  if (groupOf(object) === "batch" && (restart === undefined || restart === null || restart === "Always"))
    problems.push({ path, message: `${pathText([...path, "restartPolicy"])} must be Never or OnFailure.` });
  return problems;
}
