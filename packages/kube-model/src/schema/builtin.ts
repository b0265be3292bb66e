import admission from "./data/admission.data.ts";
import apiextensions from "./data/apiextensions.data.ts";
import apiregistration from "./data/apiregistration.data.ts";
import apps from "./data/apps.data.ts";
import authentication from "./data/authentication.data.ts";
import authorization from "./data/authorization.data.ts";
import autoscaling1 from "./data/autoscaling1.data.ts";
import autoscaling2 from "./data/autoscaling2.data.ts";
import batch from "./data/batch.data.ts";
import certificates from "./data/certificates.data.ts";
import coordination from "./data/coordination.data.ts";
import core from "./data/core.data.ts";
import discovery from "./data/discovery.data.ts";
import events from "./data/events.data.ts";
import meta from "./data/meta.data.ts";
import networking from "./data/networking.data.ts";
import node from "./data/node.data.ts";
import policy from "./data/policy.data.ts";
import rbac from "./data/rbac.data.ts";
import scheduling from "./data/scheduling.data.ts";
import storage from "./data/storage.data.ts";
import { readNotation } from "./notation.ts";
import { type Field, STRING, type StructType } from "./type.ts";

/** Templates have metadata but are no objects of their own. */
const NOT_OBJECTS = new Set(["core.PodTemplateSpec", "batch.JobTemplateSpec", "core.PersistentVolumeClaimTemplate"]);

const plain = (name: string): Field => ({ name, type: STRING, required: false, merge: false, retainKeys: false });

function load(): Map<string, StructType> {
  const structs = readNotation({
    meta,
    core,
    apps,
    batch,
    autoscaling1,
    autoscaling2,
    policy,
    networking,
    rbac,
    storage,
    admission,
    authentication,
    authorization,
    certificates,
    coordination,
    discovery,
    events,
    scheduling,
    node,
    apiextensions,
    apiregistration,
  });
  for (const struct of structs.values()) {
    const isObject = struct.fields.get("metadata")?.type.kind === "struct" && !NOT_OBJECTS.has(struct.name);
    if (!isObject && struct.name !== "meta.DeleteOptions") continue;
    struct.fields.set("apiVersion", plain("apiVersion"));
    struct.fields.set("kind", plain("kind"));
  }
  return structs;
}

/** Every built-in type by its name, e.g. `core.Pod`. */
export const BUILTIN: ReadonlyMap<string, StructType> = load();

export function builtin(name: string): StructType {
  const struct = BUILTIN.get(name);
  if (struct === undefined) throw new Error(`No such type: ${name}`);
  return struct;
}

export const OBJECT_META: StructType = builtin("meta.ObjectMeta");
