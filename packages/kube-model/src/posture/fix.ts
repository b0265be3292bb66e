import type { Json, KubeObject } from "../json.ts";
import type { Fix, Path } from "./check.ts";
import { nameOf, namespaceOf } from "./inventory.ts";
import { plainYaml } from "./plain-yaml.ts";
import type { ContainerAt, Workload } from "./workload.ts";

/** A word of a command line, quoted where a shell would read more into it. */
export const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Of built-in kinds, as kubectl names them. */
export const kubectlKind = ({ kind }: KubeObject): string => String(kind).toLowerCase();

export const inNamespace = (object: KubeObject): string => {
  const namespace = namespaceOf(object);
  return namespace === undefined ? "" : ` -n ${word(namespace)}`;
};

/**
 * `deployment web -n shop`. Names of RBAC objects may hold anything but `/` and `%`: they are one word with their kind, for `--all` alone would
 * be a flag.
 */
export const named = (object: KubeObject): string => {
  const name = nameOf(object);
  const words = PLAIN_NAME.test(name) ? `${kubectlKind(object)} ${name}` : word(`${kubectlKind(object)}/${name}`);
  return `${words}${inNamespace(object)}`;
};

/** What names of most objects are (RFC 1123 subdomain). */
const PLAIN_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Whether lines can name an object: manifests may hold any text where a name should be, or leave it to the server (`generateName`). */
export function canBeNamed(object: KubeObject): boolean {
  const namespace = namespaceOf(object);
  const plain = PLAIN_NAME.test(nameOf(object)) || String(object.apiVersion).startsWith("rbac.authorization.k8s.io/");
  return plain && (namespace === undefined || PLAIN_NAME.test(namespace));
}

/** `value` under the names of `path`. */
export function under(path: Path, value: Json): Json {
  return path.reduceRight<Json>((inner, step) => ({ [step]: inner }), value);
}

export const patchLine = (object: KubeObject, patch: Json, type: "strategic" | "merge" | "json" = "strategic"): string =>
  `kubectl patch ${named(object)} --type=${type} -p ${word(JSON.stringify(patch))}`;

/** A change of the object by a strategic merge patch. */
export const patched = (object: KubeObject, patch: Json, decision?: string): Fix => ({
  lines: [patchLine(object, patch)],
  patch,
  ...(decision === undefined ? {} : { decision }),
});

/** Nothing is done before somebody has decided; what follows from it are the choices. */
export const decide = (decision: string, choices: readonly string[] = [], patch?: Json): Fix => ({
  lines: [],
  decision,
  ...(choices.length === 0 ? {} : { choices }),
  ...(patch === undefined ? {} : { patch }),
});

const ANEW: Readonly<Record<string, string>> = {
  Pod: "The spec of a pod cannot be changed in place: put this into what makes it, or delete it and create it anew.",
  Job: "The template of a Job cannot be changed: put this into its manifest; the next Job runs with it.",
};

/** A change of a workload's pod spec; for what cannot be changed in place, what its manifest has to say. `undecided`: only a choice. */
export function podPatch(workload: Workload, spec: Json, decision?: string, undecided = false): Fix {
  const { object } = workload.source;
  const patch = under(workload.podPath, spec);
  const anew = workload.changeable ? undefined : (ANEW[workload.kind] ?? `Put this into the manifest of the ${workload.kind}.`);
  if (anew !== undefined) return { lines: [], patch, decision: decision === undefined ? anew : `${decision} ${anew}` };
  if (undecided) return decide(decision ?? "Look whether it still works with this.", [patchLine(object, patch)], patch);
  return patched(object, patch, decision);
}

/** The same of some of its containers, merged by their names. */
export function containerPatch(
  workload: Workload,
  parts: readonly { at: ContainerAt; patch: Json }[],
  decision?: string,
  undecided = false,
): Fix {
  // Containers that were put in to look around go with their pod.
  const spec = Object.fromEntries(
    [...Map.groupBy(parts, ({ at }) => at.list)]
      .filter(([list]) => list !== "ephemeralContainers")
      .map(([list, all]) => [list, all.map(({ at, patch }) => ({ name: at.name, ...patch }))]),
  );
  if (Object.keys(spec).length === 0) return decide("An ephemeral container cannot be changed or taken out: delete its pod.");
  return podPatch(workload, spec, decision, undecided);
}

/** A manifest as a line that applies it. */
export function applyLine(manifest: KubeObject): string {
  return `kubectl apply -f - <<'EOF'\n${plainYaml(manifest)}EOF`;
}
