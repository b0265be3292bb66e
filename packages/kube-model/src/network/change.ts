import { stringify } from "yaml";
import { isRecord, type Json, type KubeObject } from "../json.ts";
import { labelsOf } from "../label-selector.ts";
import { candidatesFor, type Candidate } from "./candidates.ts";
import { admitsOn, isAllowed, pathsBetween, type Point } from "./connection.ts";
import { difference, type ChangedConnections } from "./difference.ts";
import { commandOf, editSize, joined, objectKey, textOf, writtenBy, type Edit, type Written } from "./edits.ts";
import type { Asked } from "./explanation.ts";
import { lineDiff } from "./line-diff.ts";
import type { Network } from "./network.ts";
import { templateOf, templatePath } from "./pod.ts";
import { pointOf, portCount } from "./port-set.ts";

/** One connection that is asked about. */
export interface Pair extends Asked {
  from: Point;
  to: Point;
}

/** A change that opens what was asked, and everything else that it opens or closes. */
export interface Opening {
  edits: readonly Edit[];
  /** How many values it writes or takes away. */
  size: number;
  written: readonly Written[];
  /** The network as it is after it. */
  network: Network;
  difference: readonly ChangedConnections[];
}

/** Of the candidates of one side of a connection that is blocked on both, as many of the smallest are paired with those of the other. */
const PAIRED = 40;
/** Candidates that are tried, smallest first. */
const TRIED = 600;
/** Of those that are equally small, how many are compared by what they open. */
const COMPARED = 6;
/** Fewer of them where they open very much: after so many pairs of classes the best of those that were compared is taken. */
const PAIRS_COMPARED = 500;
/** Connections of one question that may each need an edit of its own. */
const STEPS = 8;

export const opensPair = (network: Network, { from, to, port, protocol }: Pair): boolean =>
  isAllowed(network, asItIs(network, from), asItIs(network, to), pointOf(port, protocol));

/** An end in another state of the network, where its labels may be other ones. The addresses asked for stay. */
function asItIs(network: Network, point: Point): Point {
  if (!("pod" in point)) return point;
  const pod = network.pod(point.pod.namespace, point.pod.name);
  return pod === undefined || pod === point.pod ? point : { pod: { ...pod, addresses: point.pod.addresses } };
}

/**
 * The smallest change that opens all these connections: with the fewest edits, and of those that are equally small one that closes nothing,
 * then the one that opens least, addresses outside the cluster counting most. Each is tried on the model before it is offered. Undefined
 * where no change of labels or policies helps, or where nothing is blocked.
 */
export function smallestChange(network: Network, pairs: readonly Pair[]): Opening | undefined {
  const edits: Edit[] = [];
  let at = network;
  let known: ChangedConnections[] | undefined;
  for (let step = 0; step < STEPS; step++) {
    const blocked = pairs.filter((pair) => !opensPair(at, pair));
    const [first] = blocked;
    if (first === undefined) break;
    const found = bestFor(at, first, blocked);
    if (found === undefined) return undefined;
    const all = joined([...edits, ...found.edits]);
    if (all === undefined) return undefined;
    // What one step opens is known by then; several together may open more than each.
    known = step === 0 ? found.difference : undefined;
    at = step === 0 ? found.network : applied(network, all);
    edits.splice(0, edits.length, ...all);
  }
  if (edits.length === 0 || pairs.some((pair) => !opensPair(at, pair))) return undefined;
  return { edits, size: sizeOf(edits), written: writtenBy(edits), network: at, difference: known ?? difference(network, at) };
}

/** Edits that open one connection, and all of `wanted` where one set of them does. */
function bestFor(network: Network, pair: Pair, wanted: readonly Pair[]): Best | undefined {
  const paths = pathsBetween(asItIs(network, pair.from), asItIs(network, pair.to));
  const candidates = paths.flatMap((path) => candidatesOf(network, path, pair)).toSorted(smallerFirst);
  for (const goal of wanted.length > 1 ? [wanted, [pair]] : [[pair]]) {
    const best = smallestOf(network, candidates, goal);
    if (best !== undefined) return best;
  }
  return undefined;
}

/** The best of the smallest candidates, which come smallest first, that open all of `goal`. */
function smallestOf(network: Network, candidates: readonly Candidate[], goal: readonly Pair[]): Best | undefined {
  let best: Best | undefined;
  let size = 0;
  let compared = 0;
  let pairs = 0;
  let tries = 0;
  const tried = new Set<string>();
  for (const candidate of candidates) {
    if (best !== undefined && (candidate.size > size || compared >= COMPARED || pairs >= PAIRS_COMPARED)) break;
    // What always helps, if anything does, is a policy of its own: it is tried however many there are before it.
    if (tries > TRIED && !candidate.edits.every(({ kind }) => kind === "policy")) continue;
    const edits = joined(candidate.edits);
    if (edits === undefined) continue;
    const text = edits.map(textOf).toSorted().join("\n");
    if (tried.has(text)) continue;
    tried.add(text);
    tries++;
    const after = applied(network, edits);
    if (!goal.every((one) => opensPair(after, one))) continue;
    size = candidate.size;
    compared++;
    const ranked = rankOf(network, after, edits, best?.rank);
    pairs += ranked?.difference.length ?? best?.difference.length ?? 0;
    if (ranked !== undefined && (best === undefined || isLess(ranked.rank, best.rank))) best = { edits, network: after, ...ranked };
  }
  return best;
}

interface Best {
  edits: Edit[];
  network: Network;
  rank: Rank;
  difference: ChangedConnections[];
}

/** Of equally small ones those that look narrow: against them a wide one is soon seen to open more. */
const smallerFirst = (left: Candidate, right: Candidate): number => left.size - right.size || left.wide - right.wide;

function candidatesOf(network: Network, path: ReturnType<typeof pathsBetween>[number], asked: Pair): Candidate[] {
  const point = pointOf(asked.port, asked.protocol);
  const blocked = (["egress", "ingress"] as const).filter((direction) => !admitsOn(network, path, direction, point));
  const [one, other] = blocked.map((direction) => candidatesFor(network, path, direction, asked).toSorted(smallerFirst));
  if (one === undefined || other === undefined) return one ?? [];
  // A label may open both sides; a rule of one side never opens the other.
  const labels = [...one, ...other].filter(({ edits }) => edits.some(({ kind }) => kind === "labels" || kind === "template-labels"));
  const [left, right] = [distinct(one), distinct(other)];
  return [
    ...labels,
    ...left.flatMap((first) =>
      right.map((second) => ({ edits: [...first.edits, ...second.edits], size: first.size + second.size, wide: first.wide + second.wide })),
    ),
  ];
}

/** The smallest of them that do different things. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const known = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (known.size >= PAIRED) break;
    const text = candidate.edits.map(textOf).toSorted().join("\n");
    if (!known.has(text)) known.set(text, candidate);
  }
  return [...known.values()];
}

const sizeOf = (edits: readonly Edit[]): number => edits.reduce((sum, edit) => sum + editSize(edit), 0);

export const applied = (network: Network, edits: readonly Edit[]): Network =>
  network.with({ put: writtenBy(edits).map(({ after }) => after) });

interface Rank {
  /** Whether it closes anything. */
  closes: number;
  lostLabels: number;
  /** Opened pairs of a pod and addresses outside. */
  outside: number;
  pairs: number;
  ports: number;
  /** Workloads whose pods restart. */
  restarts: number;
}

/**
 * What is better is less: closing nothing, no label taken away or given another value (others may go by it), then opening to no address
 * outside, few pairs, few ports; then leaving pods as they run. Undefined as soon as it cannot be better than `best`.
 */
function rankOf(
  before: Network,
  after: Network,
  edits: readonly Edit[],
  best: Rank | undefined,
): Pick<Best, "rank" | "difference"> | undefined {
  const rank: Rank = {
    closes: 0,
    lostLabels: edits.reduce((sum, edit) => sum + lostLabels(edit), 0),
    outside: 0,
    pairs: 0,
    ports: 0,
    restarts: edits.filter(({ kind }) => kind === "template-labels").length,
  };
  let worse = false;
  const found = difference(before, after, ({ from, to, opened, closed, pairs }) => {
    if (closed.length > 0) rank.closes = 1;
    if (opened.length > 0) {
      if (from.kind === "outside" || to.kind === "outside") rank.outside += pairs;
      rank.pairs += pairs;
      rank.ports += portCount(opened) * pairs;
    }
    // All of these only grow.
    worse = best !== undefined && isLess(best, { ...rank, restarts: 0 });
    return worse;
  });
  return worse ? undefined : { rank, difference: found };
}

function lostLabels(edit: Edit): number {
  if (edit.kind !== "labels" && edit.kind !== "template-labels") return 0;
  const labels = labelsOf(edit.kind === "labels" ? edit.object : templateOf(edit.object));
  return Object.keys(edit.labels).filter((key) => Object.hasOwn(labels, key)).length;
}

function isLess(left: Rank, right: Rank): boolean {
  const keys = ["closes", "lostLabels", "outside", "pairs", "ports", "restarts"] as const;
  const at = keys.find((key) => left[key] !== right[key]);
  return at !== undefined && left[at] < right[at];
}

/** A change as people read it and as an ordinary command does it. */
export interface ProposedChange {
  /** In a few words, e.g. `Label namespace ops-utils with env=prod`. */
  title: string;
  /** `kubectl` lines that make it; `files` is what they read. */
  command: string;
  files: Record<string, string>;
  /** How many values it writes or takes away. */
  edits: number;
  objects: ProposedObject[];
}

export interface ProposedObject {
  /** `<group/version> <Kind> <namespace>/<name>`. */
  object: string;
  /** YAML of what of it matters; absent where it is new. */
  before?: string;
  after: string;
  /** Line by line: each begins with ` `, `-` or `+`. */
  diff: string;
  /** What its change brings along, e.g. that pods restart. */
  note?: string;
}

export function proposed({ edits, size, written }: Pick<Opening, "edits" | "size" | "written">): ProposedChange {
  const files: Record<string, string> = {};
  const file = (object: KubeObject): string => {
    const name = `${object.metadata.name}.yaml`;
    files[name] = stringify(object);
    return name;
  };
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) {
    const key = objectKey("policy" in edit ? edit.policy : edit.object);
    groups.set(key, [...(groups.get(key) ?? []), edit]);
  }
  const lines = [...groups.values()].map((group) => commandOf(group, file));
  const titles = edits.map(titleOf).join(", and ");
  return {
    title: titles.slice(0, 1).toUpperCase() + titles.slice(1),
    command: lines.join("\n"),
    files,
    edits: size,
    objects: written.map(({ before, after }) => proposedObject(before, after)),
  };
}

function titleOf(edit: Edit): string {
  switch (edit.kind) {
    case "labels":
      return `label ${whatOf(edit.object)} with ${labelWords(edit.labels)}`;
    case "template-labels":
      return `label the pods of ${whatOf(edit.object)} with ${labelWords(edit.labels)}`;
    case "port":
      return `add port ${edit.value["port"]}/${edit.value["protocol"] ?? "TCP"} to ${edit.field} rule ${edit.rule + 1} of ${whatOf(edit.policy)}`;
    case "peer":
      return `add ${peerWords(edit.value)} to ${edit.field} rule ${edit.rule + 1} of ${whatOf(edit.policy)}`;
    case "policy":
      return `create ${whatOf(edit.object)}`;
  }
}

const WORDS: Readonly<Record<string, string>> = { Namespace: "namespace", Pod: "pod", NetworkPolicy: "network policy" };

function whatOf({ kind, metadata }: KubeObject): string {
  const name = kind === "Namespace" ? metadata.name : `${metadata.namespace ?? "default"}/${metadata.name}`;
  return `${WORDS[kind!] ?? kind!} ${name}`;
}

const labelWords = (labels: Readonly<Record<string, string | null>>): string =>
  Object.entries(labels)
    .map(([key, value]) => (value === null ? `no ${key}` : `${key}=${value}`))
    .join(", ");

function peerWords(peer: Json): string {
  if (isRecord(peer["ipBlock"])) return `ipBlock ${peer["ipBlock"]["cidr"]}`;
  const namespace: Json = peer["namespaceSelector"]?.["matchLabels"]?.["kubernetes.io/metadata.name"];
  const where = namespace === undefined ? "" : ` of namespace ${namespace}`;
  const labels: Json = peer["podSelector"]?.["matchLabels"];
  return isRecord(labels) ? `pods with ${labelWords(labels as Record<string, string>)}${where}` : `the pods${where}`;
}

function proposedObject(before: KubeObject | undefined, after: KubeObject): ProposedObject {
  const { apiVersion, kind, metadata } = after;
  const name = kind === "Namespace" ? metadata.name : `${metadata.namespace ?? "default"}/${metadata.name}`;
  const text = stringify(essence(after));
  const old = before === undefined ? undefined : stringify(essence(before));
  const restarts = before !== undefined && kind !== "Pod" && kind !== "Namespace" && kind !== "NetworkPolicy";
  return {
    object: `${apiVersion} ${kind} ${name}`,
    ...(old === undefined ? {} : { before: old }),
    after: text,
    diff: lineDiff(old ?? "", text),
    ...(restarts ? { note: "Its pods restart: the new label comes with its template." } : {}),
  };
}

/** What of an object a change of labels or policies is about: names, labels, the spec of a policy, the labels of a template. */
function essence(object: KubeObject): Json {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, labels } = metadata as { name: string; namespace?: string; labels?: Json };
  const head = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  if (kind === "NetworkPolicy") return { ...head, spec: object["spec"] as Json };
  if (kind === "Namespace" || kind === "Pod")
    return { ...head, metadata: { ...head.metadata, ...(labels === undefined ? {} : { labels }) } };
  const path = [...templatePath(kind!), "metadata", "labels"];
  const value = path.reduce<Json>((inner, field) => (isRecord(inner) ? inner[field] : undefined), object);
  return { ...head, ...path.reduceRight<Json>((inner, field) => ({ [field]: inner }), value ?? {}) };
}
