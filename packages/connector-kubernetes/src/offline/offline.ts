import { readManifests, type Manifest, type ManifestFile, type ManifestProblem, type Place } from "@interlock/kube-model";
import { checkObject } from "@interlock/kube-model/schema";
import { bareStatement, strongest, type Impact, type Statement } from "@interlock/protocol";
import { classifyWrite } from "../gate/request-class.ts";
import { kindsOf, type ObjectKind } from "./object-kind.ts";
import { objectTextOf, pathOf } from "./request-path.ts";
import { shownObject } from "./shown-object.ts";

/** Something that is wrong with a manifest, whatever a policy says. */
export interface ManifestFinding {
  code: "unreadable" | "no_manifest" | "invalid" | "removed_api" | "written_twice";
  severity: "error" | "warning";
  message: string;
  place: Place;
  /** As an impact names it. */
  object?: string;
}

export interface OfflineOptions {
  /** Where objects go that name no namespace. Default: `default`, as with a kubeconfig that says nothing. */
  namespace?: string;
  /** Files that nobody named, but that were found in a folder: what is no manifest there is no mistake. */
  found?: ReadonlySet<string>;
}

export interface OfflineAnalysis {
  /** One statement for each object, applied as it is written; never complete, for no cluster was asked. */
  impact: Impact;
  findings: ManifestFinding[];
  /** For each statement of a manifest where its fields are written. */
  places: readonly (Manifest["placeOf"] | undefined)[];
}

/** What nobody can tell without a cluster. It is said, and never taken as fine. */
export const NOT_KNOWN = [
  "No cluster was asked: whether these objects are there already, and what would change in them, is not known.",
  "What admission webhooks, quotas and limits of the cluster would say or change is not known.",
  "What would restart, break or go along elsewhere is not known.",
] as const;

/** What applying manifests would do, by their text alone. Never throws for any text. Values of Secrets are in none of what is returned. */
export function analyseManifests(files: readonly ManifestFile[], { namespace = "default", found }: OfflineOptions = {}): OfflineAnalysis {
  const started = performance.now();
  const { manifests, problems } = readManifests(files);
  const kindOf = kindsOf(manifests);
  const findings = problems.map((problem) => readFinding(problem, files, found));
  const statements: Statement[] = [];
  const places: Manifest["placeOf"][] = [];
  const unserved = new Set<string>();
  const placed = new Map<string, Place>();
  let homeless = 0;
  for (const manifest of manifests) {
    const { apiVersion, kind: name } = manifest.object;
    const kind = kindOf(apiVersion!, name!);
    const { statement, checked, assumed } = statementOf(manifest, kind, namespace, { verb: "apply" });
    findings.push(...checked);
    const object = statement.effects[0]!.object;
    const earlier = placed.get(object);
    if (earlier !== undefined && typeof manifest.object.metadata["name"] === "string")
      findings.push({
        code: "written_twice",
        severity: "warning",
        message: `${object} is written in ${earlier.file}:${earlier.line} already; what is applied last stays.`,
        place: manifest.place,
        object,
      });
    placed.set(object, manifest.place);
    if (assumed) homeless++;
    if (kind.type === undefined) unserved.add(`${apiVersion} ${name}`);
    statements.push({ ...statement, index: statements.length });
    places.push(manifest.placeOf);
  }
  const warnings = [
    ...NOT_KNOWN,
    ...[...unserved].map((kind) => `Whether the cluster serves ${kind}, and what its schema says, is not known.`),
    ...(homeless > 0
      ? [`${homeless === 1 ? "One object names" : `${homeless} objects name`} no namespace and would go to ${namespace}.`]
      : []),
  ];
  const effect = strongest(statements.map((statement) => statement.effect));
  return { impact: { effect, complete: false, tookMs: performance.now() - started, warnings, statements }, findings, places };
}

function readFinding(
  { place, message, forKustomize, noManifest }: ManifestProblem,
  files: readonly ManifestFile[],
  found?: ReadonlySet<string>,
): ManifestFinding {
  const template = files.find(({ name }) => name === place.file)?.text.includes("{{") === true;
  if (template) return { code: "unreadable", severity: "error", message, place };
  if (forKustomize === true) return { code: "no_manifest", severity: "warning", message, place };
  const foreign = found?.has(place.file) === true && noManifest === true;
  return foreign
    ? { code: "no_manifest", severity: "warning", message: `This is no manifest, and nothing is said of it. ${message}`, place }
    : { code: "unreadable", severity: "error", message, place };
}

interface Made {
  statement: Statement;
  checked: ManifestFinding[];
  /** It names no namespace, and is in one. */
  assumed: boolean;
}

/** What is done with a manifest, and the line that says so. */
export interface Doing {
  verb: "apply" | "create" | "replace" | "delete";
  /** Default: one that applies the manifest's own file. */
  line?: { start: number; end: number; text: string };
}

const METHODS = { apply: "PATCH", create: "POST", replace: "PUT", delete: "DELETE" } as const;

/** One statement of one manifest. */
export function statementOf(manifest: Manifest, kind: ObjectKind, fallback: string, { verb, line }: Doing): Made {
  const { object: given, place } = manifest;
  const named: unknown = given.metadata["namespace"];
  const own = typeof named === "string" && named !== "" ? named : undefined;
  const namespace = kind.namespaced === false ? undefined : (own ?? (kind.namespaced === true ? fallback : undefined));
  const generated = typeof given.metadata["name"] !== "string";
  const name = generated ? `${String(given.metadata["generateName"])}*` : String(given.metadata["name"]);
  // Applied on the server's side a PATCH makes what is not there; a generated name is always new.
  const method = generated ? "POST" : METHODS[verb];
  const written = { kind, name, ...(namespace !== undefined && { namespace }) };
  const target = { kind: "resource" as const, group: kind.group, version: kind.version, resource: kind.plural };
  const { effect } = classifyWrite(method, method === "POST" ? target : { ...target, name });
  const object = objectTextOf(written);
  const checked = verb === "delete" ? [] : findingsOf(manifest, kind, object);
  const shown = shownObject(given);
  const metadata = { ...(shown["metadata"] as object), ...(namespace === undefined ? {} : { namespace }) };
  const whole = { ...shown, metadata };
  const text = line ?? { start: 0, end: 0, text: `kubectl ${verb} -f ${place.file}` };
  const statement: Statement = {
    ...bareStatement({ ...text, index: 0, title: `${verb} ${object}`, effect }),
    effects: [{ effect, object, kind: kind.kind, rows: { value: 1, kind: "exact" } }],
    willFail: checked.filter(({ code }) => code === "invalid").map(({ message }) => ({ code: "invalid", reason: message })),
    risks: checked
      .filter(({ severity }) => severity === "warning")
      .map(({ code, message }) => ({ code, severity: "warning" as const, message })),
    reversibleReason: NOT_REVERSIBLE,
    request: { method, path: pathOf({ ...written, collection: method === "POST" }) },
    ...(verb === "delete" ? { before: whole } : { after: whole }),
    place: { file: place.file, line: place.line, column: place.column },
  };
  return { statement, checked, assumed: namespace !== undefined && own === undefined };
}

export const NOT_REVERSIBLE = "what is there now is not known without a cluster";

function findingsOf(
  { object: given, placeOf, place }: Manifest,
  { type, removed, kind, plural, group }: ObjectKind,
  object: string,
): ManifestFinding[] {
  if (removed !== undefined) {
    const message = `${String(given.apiVersion)} ${kind} is not served from Kubernetes 1.${removed.removed} on; use ${removed.use}.`;
    return [{ code: "removed_api", severity: "warning", message, place, object }];
  }
  if (type === undefined) return [];
  return checkObject(given, { type, plural, group }).map(({ path, message }) => ({
    code: "invalid",
    severity: "error",
    message,
    place: placeOf(path),
    object,
  }));
}
