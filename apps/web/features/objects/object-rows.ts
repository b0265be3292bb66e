import type { ObjectCount, ObjectEntry, ObjectKind, ObjectKinds } from "@interlock/protocol";
import type { Asked, Scope } from "./object-store.ts";

/** The kind of which every other namespaced kind has one. */
export const NAMESPACES = "/namespaces";
/** Key of the node of what is in no namespace. */
export const CLUSTER = "cluster";

/** One line of the tree. `key` stays the same while the line is about the same thing. */
export type TreeRow =
  /** `unread`: nothing is known of it but its name. */
  | { type: "namespace"; key: string; depth: 1; entry: ObjectEntry; open: boolean; unread?: true }
  | { type: "cluster"; key: string; depth: 1; open: boolean }
  | { type: "kind"; key: string; depth: 2; kind: ObjectKind; namespace: string | undefined; count: ObjectCount | undefined; open: boolean }
  | { type: "empty"; key: string; depth: 2; kinds: number; open: boolean }
  | { type: "object"; key: string; depth: 3; entry: ObjectEntry; kind: ObjectKind }
  | { type: "note"; key: string; depth: 1 | 2 | 3; tone: "quiet" | "warn" | "busy"; text: string };

export interface TreeState {
  kinds: Asked<ObjectKinds> | undefined;
  counts: (namespace: string | undefined) => Asked<ReadonlyMap<string, ObjectCount>> | undefined;
  scope: (kind: string, namespace: string | undefined) => Scope | undefined;
  /** Keys of the lines that are open. */
  open: ReadonlySet<string>;
  filter: string;
}

export const namespaceKey = (name: string): string => `namespace ${name}`;
export const kindKey = (kind: string, namespace: string | undefined): string => `kind ${namespace ?? ""} ${kind}`;
export const emptyKey = (namespace: string | undefined): string => `empty ${namespace ?? ""}`;

/** What people look for first, then everything else by name; what only records what happened is last. */
const FIRST = [
  "apps/deployments",
  "apps/statefulsets",
  "apps/daemonsets",
  "batch/cronjobs",
  "batch/jobs",
  "/pods",
  "/services",
  "networking.k8s.io/ingresses",
  "gateway.networking.k8s.io/httproutes",
  "/configmaps",
  "/secrets",
  "/persistentvolumeclaims",
  "autoscaling/horizontalpodautoscalers",
  "policy/poddisruptionbudgets",
  "networking.k8s.io/networkpolicies",
  "/nodes",
  "/persistentvolumes",
];
const LAST = new Set([
  "/events",
  "apps/replicasets",
  "discovery.k8s.io/endpointslices",
  "/endpoints",
  "apps/controllerrevisions",
  "coordination.k8s.io/leases",
]);

function rankOf({ key }: ObjectKind): number {
  const first = FIRST.indexOf(key);
  if (first >= 0) return first;
  return LAST.has(key) ? FIRST.length + 1 : FIRST.length;
}

/** The tree of one target, line by line, from the top. */
export function treeRows(state: TreeState): TreeRow[] {
  const namespaces = state.scope(NAMESPACES, undefined);
  const wanted = state.filter.trim().toLowerCase();
  const rows: TreeRow[] = [];
  if (state.kinds?.phase === "failed" && state.kinds.value === undefined)
    return [{ type: "note", key: "failed", depth: 1, tone: "warn", text: state.kinds.why }];
  if (namespaces === undefined || (namespaces.phase === "loading" && namespaces.entries.size === 0))
    return [{ type: "note", key: "loading", depth: 1, tone: "busy", text: "Asking the cluster…" }];
  if (namespaces.phase === "behind") rows.push(behind(1, "behind", namespaces));
  for (const { group, reason } of state.kinds?.value?.failed ?? [])
    rows.push({ type: "note", key: `failed ${group}`, depth: 1, tone: "warn", text: `${group} is not shown: ${reason}` });
  if (namespaces.phase === "refused")
    rows.push({ type: "note", key: "refused", depth: 1, tone: "warn", text: `Namespaces are not told: ${namespaces.why ?? ""}` });
  const own = namespaces.phase === "refused" ? state.kinds?.value?.namespace : undefined;
  if (own !== undefined) {
    // Who may list no namespaces may still be at home in one.
    const entry: ObjectEntry = { uid: namespaceKey(own), name: own, labels: {}, at: "", version: "" };
    const open = state.open.has(namespaceKey(own));
    rows.push({ type: "namespace", key: namespaceKey(own), depth: 1, entry, open, unread: true });
    if (open) rows.push(...kindRows(state, own, wanted));
  }
  for (const entry of byName(namespaces.entries)) {
    const key = namespaceKey(entry.name);
    const named = wanted === "" || matches(entry, wanted);
    const below = state.open.has(key) ? kindRows(state, entry.name, named ? "" : wanted) : [];
    if (named || below.length > 0) rows.push({ type: "namespace", key, depth: 1, entry, open: state.open.has(key) }, ...below);
  }
  const open = state.open.has(CLUSTER);
  const below = open ? kindRows(state, undefined, wanted) : [];
  if (wanted === "" || below.length > 0) rows.push({ type: "cluster", key: CLUSTER, depth: 1, open }, ...below);
  if (wanted !== "")
    rows.push(
      rows.length === 0
        ? { type: "note", key: "nothing", depth: 1, tone: "quiet", text: "Nothing of that name in what is open." }
        : { type: "note", key: "only", depth: 1, tone: "quiet", text: "Only what is open is searched." },
    );
  return rows;
}

function kindRows(state: TreeState, namespace: string | undefined, wanted: string): TreeRow[] {
  const under = namespace ?? CLUSTER;
  const counts = state.counts(namespace);
  const kinds = state.kinds?.value?.kinds.filter(({ namespaced, key }) => namespaced === (namespace !== undefined) && key !== NAMESPACES);
  if (kinds === undefined || counts === undefined || (counts.phase === "loading" && counts.value === undefined))
    return wanted === "" ? [{ type: "note", key: `loading ${under}`, depth: 2, tone: "busy", text: "Counting…" }] : [];
  if (counts.value === undefined) {
    const why = counts.phase === "failed" ? counts.why : "";
    return wanted === "" ? [{ type: "note", key: `failed ${under}`, depth: 2, tone: "warn", text: why }] : [];
  }
  const known = counts.value;
  const count = (kind: ObjectKind): ObjectCount | undefined => {
    const scope = state.scope(kind.key, namespace);
    // What is followed is known better than what was counted.
    return scope?.phase === "live" || scope?.phase === "behind" ? { kind: kind.key, count: scope.entries.size } : known.get(kind.key);
  };
  const isEmpty = (kind: ObjectKind): boolean =>
    (count(kind)?.count ?? 0) === 0 && count(kind)?.refused === undefined && !state.open.has(kindKey(kind.key, namespace));
  const sorted = kinds.toSorted((left, right) => rankOf(left) - rankOf(right) || left.kind.localeCompare(right.kind));
  const full = sorted.filter((kind) => !isEmpty(kind));
  const empty = sorted.filter(isEmpty);
  const showEmpty = state.open.has(emptyKey(namespace));
  const rows: TreeRow[] = [];
  if (full.length === 0 && wanted === "")
    rows.push({
      type: "note",
      key: `none ${under}`,
      depth: 2,
      tone: "quiet",
      text: namespace === undefined ? "There is nothing." : "This namespace is empty.",
    });
  for (const kind of full) rows.push(...kindRow(state, kind, namespace, count(kind), wanted));
  if (empty.length > 0 && wanted === "") {
    rows.push({ type: "empty", key: emptyKey(namespace), depth: 2, kinds: empty.length, open: showEmpty });
    if (showEmpty) for (const kind of empty) rows.push(...kindRow(state, kind, namespace, count(kind), wanted));
  }
  return rows;
}

function kindRow(
  state: TreeState,
  kind: ObjectKind,
  namespace: string | undefined,
  count: ObjectCount | undefined,
  wanted: string,
): TreeRow[] {
  const key = kindKey(kind.key, namespace);
  const open = state.open.has(key);
  const named = wanted === "" || kind.kind.toLowerCase().includes(wanted) || kind.plural.includes(wanted);
  const below = open ? objectRows(state, kind, namespace, named ? "" : wanted) : [];
  if (!named && below.length === 0) return [];
  return [{ type: "kind", key, depth: 2, kind, namespace, count, open }, ...below];
}

function objectRows(state: TreeState, kind: ObjectKind, namespace: string | undefined, wanted: string): TreeRow[] {
  const scope = state.scope(kind.key, namespace);
  const key = kindKey(kind.key, namespace);
  const note = (tone: "quiet" | "warn" | "busy", text: string): TreeRow[] =>
    wanted === "" ? [{ type: "note", key: `note ${key}`, depth: 3, tone, text }] : [];
  if (scope === undefined) return note("busy", "Listing…");
  if (scope.phase === "refused") return note("warn", scope.why ?? "The cluster does not let it be listed.");
  if (scope.phase === "gone") return note("quiet", "The cluster serves this kind no more.");
  const found = byName(scope.entries).filter((entry) => wanted === "" || matches(entry, wanted));
  const rows: TreeRow[] = found.map((entry) => ({ type: "object", key: `object ${entry.uid}`, depth: 3, entry, kind }));
  if (scope.phase === "loading") rows.push(...note("busy", "Listing…"));
  else if (scope.phase === "behind") rows.unshift(behind(3, `note ${key}`, scope));
  else if (scope.entries.size === 0) rows.push(...note("quiet", "None."));
  return rows;
}

const behind = (depth: 1 | 3, key: string, scope: Scope): TreeRow => ({
  type: "note",
  key,
  depth,
  tone: "warn",
  text: `Not live: ${scope.why ?? "the cluster does not answer"}`,
});

function matches({ name, labels }: ObjectEntry, wanted: string): boolean {
  return (
    name.toLowerCase().includes(wanted) || Object.entries(labels).some(([key, value]) => `${key}=${value}`.toLowerCase().includes(wanted))
  );
}

/** Sorted once for each state of a scope: rows are made anew at every change of anything. */
const sorted = new WeakMap<ReadonlyMap<string, ObjectEntry>, readonly ObjectEntry[]>();
const collator = new Intl.Collator("en", { numeric: true });
/** Beyond this many names they are ordered by their characters: a comparison that reads the numbers in them takes ten times as long. */
const MANY = 3_000;

function byName(entries: ReadonlyMap<string, ObjectEntry>): readonly ObjectEntry[] {
  const known = sorted.get(entries);
  if (known !== undefined) return known;
  const compare = entries.size > MANY ? (left: string, right: string) => (left < right ? -1 : 1) : collator.compare;
  const fresh = [...entries.values()].toSorted((left, right) => compare(left.name, right.name));
  sorted.set(entries, fresh);
  return fresh;
}

/** Keys that say what something is for rather than how it is managed, best first. */
const TELLING = ["env", "app", "app.kubernetes.io/name", "k8s-app", "component", "app.kubernetes.io/component", "tier", "team", "role"];

/** The label that is shown beside a name, which says more than the name; the others are in its title. */
export function mainLabel(labels: Readonly<Record<string, string>>, name = ""): string | undefined {
  const key = TELLING.find((one) => labels[one] !== undefined && labels[one] !== name);
  return key === undefined ? undefined : `${key.replace(/^app\.kubernetes\.io\//u, "")}=${labels[key]}`;
}

export const labelList = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
