import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import type { ObjectEdit } from "@interlock/protocol";
import { owns, pathsOf, serverSideApply, valueAt, type Manager, type Path } from "../gate/server-side-apply.ts";
import type { TypeSchema } from "../gate/type-schema.ts";
import { changesOf, dropAt, fieldName, inOrderOf, isWithin, setAt, type Change } from "./object-changes.ts";
import { patchCommand } from "./object-patch.ts";
import { objectText, readYaml, yamlOf } from "./object-text.ts";

/** Whose fields those are that were set from here. */
const MANAGER = "interlock";
/** kubectl's own, which takes over what client-side apply has owned. */
const KUBECTL = "kubectl";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const MASKED = "••••";

/** Fields that say which object it is, and those the server alone writes. */
const IDENTITY = ["f:apiVersion", "f:kind", "f:metadata/f:name", "f:metadata/f:namespace"];
const SERVERS = ["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "managedFields", "selfLink"];
const NOT_TO_SAVE = ["f:status", ...SERVERS.map((name) => `f:metadata/f:${name}`)];

export interface EditOptions {
  /** The object as it is now; of a Secret with its values as placeholders. */
  live: KubeObject;
  base: string;
  text: string;
  force: boolean;
  schema: TypeSchema | undefined;
  /** As `kubectl patch` names it, e.g. `deployments.apps`. */
  resource: string;
  shown: (text: string) => string;
}

/**
 * What it takes to save an edit. Only what was edited is asked for: it is compared with what the person was shown, so that what others have
 * changed meanwhile stays. It is a server-side apply by a manager of its own, with the fields that manager has set before (else the server
 * would take them back); or, for an object of `kubectl apply`, its own configuration with the edit in it: kubectl moves all that
 * client-side apply owns to whoever applies, and an apply of less would take the rest away. What apply cannot say is a JSON patch.
 */
export function editOf(options: EditOptions): ObjectEdit {
  const { live, schema } = options;
  const read = readTexts(options);
  if (!read.ok) return nothing(read.problem);
  const changes = changesOf(read.base, read.edited, schema);
  const drift = changesOf(read.base, read.now, schema).filter(({ path }) => !isServers(path));
  const result: ObjectEdit = {
    fields: changes.map(({ path }) => fieldName(path)),
    drift: drift.map(({ path, was, now }) => ({
      field: fieldName(path),
      was: brief(was),
      now: brief(now),
      both: changes.some((change) => isWithin(change.path, path) || isWithin(path, change.path)),
    })),
    conflicts: [],
  };
  if (changes.length === 0) return result;
  const problem = changes.map(obstacle).find((one) => one !== undefined);
  if (problem !== undefined) return { ...result, problem };
  const why = notAnApply(options, changes);
  if (why === undefined) {
    const plan = applyOf(options, changes, read.edited);
    const conflicts = plan.conflicts.map(({ field, manager }) => ({ field: field.replace(/^\./, ""), manager }));
    return { ...result, command: plan.command, conflicts };
  }
  const patch = patchCommand({ live, changes, resource: options.resource, masked: MASKED });
  return patch.ok ? { ...result, command: patch.command, note: why } : { ...result, problem: patch.reason };
}

const nothing = (problem: string): ObjectEdit => ({ fields: [], drift: [], conflicts: [], problem });

function readTexts({
  base,
  text,
  live,
  shown,
}: EditOptions): { ok: true; base: Json; edited: Json; now: Json } | { ok: false; problem: string } {
  try {
    const edited = readYaml(text);
    if (!isRecord(edited)) return { ok: false, problem: "The text is not one object." };
    return { ok: true, base: readYaml(base), edited, now: readYaml(shown(objectText(live).text)) };
  } catch (error) {
    const [first = "it cannot be read"] = (error instanceof Error ? error.message : "").split("\n");
    return { ok: false, problem: `The text is not YAML: ${first}` };
  }
}

function obstacle({ path, now }: Change): string | undefined {
  const name = fieldName(path);
  const at = path.join("/");
  if (IDENTITY.some((field) => at === field || at === ""))
    return `${name || "The whole object"} says which object this is; it cannot be saved as another one.`;
  if (isServers(path)) return `${name} is written by the server and its controllers; it cannot be saved from here.`;
  if (now !== undefined && JSON.stringify(now, big).includes(MASKED))
    return `${name} holds a masked value. Write the whole value, or leave it as it was.`;
  return undefined;
}

const isServers = (path: Path): boolean => NOT_TO_SAVE.some((field) => path.slice(0, field.split("/").length).join("/") === field);

const big = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

const managersOf = (live: KubeObject): Manager[] => (Array.isArray(live.metadata?.managedFields) ? live.metadata.managedFields : []);

/** Who wrote the configuration that client-side apply keeps: kubectl gives all they own to whoever applies next. */
const appliers = (live: KubeObject): Manager[] => {
  const place = ["f:metadata", "f:annotations", `f:${LAST_APPLIED}`];
  return managersOf(live).filter(
    ({ operation, subresource, fieldsV1 }) => operation === "Update" && !subresource && fieldsV1 !== undefined && owns(fieldsV1, place),
  );
};

/** Why an apply would not do it, or would say what must not be said; undefined when it does. */
function notAnApply({ live, schema, shown }: EditOptions, changes: readonly Change[]): string | undefined {
  if (live.kind === "Secret" && live.apiVersion === "v1")
    return "An apply would have to name every value of the Secret it keeps; this is a patch of what was edited.";
  if (schema === undefined) return "The cluster does not say how this kind is merged; this is a patch of what was edited.";
  const own = ownedBefore(live);
  const others = managersOf(live).filter((entry) => !own.entries.includes(entry));
  const kept = changes.find(
    ({ path, now }) =>
      now === undefined &&
      (!own.paths.some((mine) => isWithin(mine, path)) ||
        others.some(({ fieldsV1 }) => fieldsV1 !== undefined && pathsOf(fieldsV1).some((theirs) => isWithin(theirs, path)))),
  );
  if (kept !== undefined) {
    const name = fieldName(kept.path);
    return `${name} is not of this manager's making, and an apply takes away only what its manager has set; this is a patch.`;
  }
  const text = yamlOf(own.configuration);
  return shown(text) === text ? undefined : "An apply would have to repeat values that are masked; this is a patch of what was edited.";
}

/**
 * What whoever applies has set so far, which an apply has to name again: kubectl, where it has applied the object before, whoever ran it;
 * else the manager of edits made here.
 */
function ownedBefore(live: KubeObject): { manager: string; entries: Manager[]; paths: Path[]; configuration: Record<string, Json> } {
  const applied = appliedConfiguration(live);
  const appliedBy = (name: string): Manager[] =>
    managersOf(live).filter(({ manager, operation, subresource }) => manager === name && operation === "Apply" && !subresource);
  if (applied !== undefined) {
    const entries = [...appliers(live), ...appliedBy(KUBECTL)];
    return { manager: KUBECTL, entries, paths: pathsOfEntries(entries), configuration: applied };
  }
  const manager = appliedBy(KUBECTL).length > 0 ? KUBECTL : MANAGER;
  const entries = appliedBy(manager);
  const paths = pathsOfEntries(entries);
  const configuration: Record<string, Json> = {};
  for (const path of paths) {
    const value = valueAt(live, path);
    // Of a map or an item itself `valueAt` tells whether it is one.
    if (path.at(-1) === "." ? value === true : value !== undefined) setAt(configuration, path, cloneJson(value));
  }
  return { manager, entries, paths, configuration };
}

const pathsOfEntries = (entries: readonly Manager[]): Path[] =>
  entries.flatMap(({ fieldsV1 }) => (fieldsV1 === undefined ? [] : pathsOf(fieldsV1)));

function appliedConfiguration(live: KubeObject): Record<string, Json> | undefined {
  if (appliers(live).length === 0) return undefined;
  const text: Json = live.metadata?.annotations?.[LAST_APPLIED];
  try {
    const configuration: Json = typeof text === "string" ? JSON.parse(text) : undefined;
    return isRecord(configuration) ? configuration : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function applyOf({ live, schema, force }: EditOptions, changes: readonly Change[], edited: Json) {
  const { manager, entries, configuration } = ownedBefore(live);
  for (const { path, now } of changes) {
    if (now === undefined) dropAt(configuration, path);
    else setAt(configuration, path, now);
  }
  const { name, namespace } = live.metadata as { name: string; namespace?: string };
  // The server takes over the order of what is applied, and managers are kept in another one.
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = inOrderOf(edited, configuration, schema!) as Record<string, Json>;
  const whole = {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { ...(isRecord(metadata) ? metadata : {}), name, ...(namespace === undefined ? {} : { namespace }) },
    ...rest,
  };
  // As it will be once kubectl has given to whoever applies what client-side apply owned.
  const theirs = managersOf(live).filter((entry) => !entries.includes(entry));
  const before = { ...live, metadata: { ...live.metadata, managedFields: theirs } };
  const tried = serverSideApply(before, whole as KubeObject, schema!, {
    manager,
    force: false,
    apiVersion: live.apiVersion ?? "",
    now: "",
  });
  const flags = [manager === KUBECTL ? "" : ` --field-manager=${manager}`, force ? " --force-conflicts" : ""].join("");
  return {
    command: `kubectl apply --server-side${flags} -f - ${hereDocument(yamlOf(whole))}`,
    conflicts: tried.ok ? [] : tried.conflicts,
  };
}

/** A text for standard input, between words that it does not hold itself. */
function hereDocument(text: string): string {
  let word = "EOF";
  while (text.split("\n").includes(word)) word += "_";
  return `<<'${word}'\n${text.endsWith("\n") ? text : `${text}\n`}${word}`;
}

/** A value in a few words. */
function brief(value: Json): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value, big);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
