import { isRecord, type Json } from "../../json.ts";
import { selectsAll } from "../../label-selector.ts";
import { readCidr } from "../../network/address.ts";
import type { Inventory, Source } from "../inventory.ts";

/** A rule of a NetworkPolicy that lets everybody in. */
export interface OpenRule {
  policy: Source;
  path: (string | number)[];
  /** On all ports, or on those of TCP; absent: on those it names. */
  on?: "every port" | "every TCP port";
}

const items = (value: Json): Json[] => (Array.isArray(value) ? value : []);

/** The policies that isolate every pod of a namespace against what comes in, but for what the rules of all of them admit together. */
export function isolatingPolicies(namespace: string, inventory: Inventory): Source[] {
  return inventory.in("networking.k8s.io/NetworkPolicy", namespace).filter(({ object }) => {
    const spec: Json = object["spec"] ?? {};
    // Without policyTypes a policy is one for ingress (networking.k8s.io/v1).
    const types = items(spec["policyTypes"]);
    return selectsAll(spec["podSelector"] ?? {}) && (types.length === 0 || types.includes("Ingress"));
  });
}

/** Rules of a policy by which everybody comes in: those of no peers (networking.k8s.io/v1), and those with a peer that leaves nobody out. */
export function openRules(policy: Source): OpenRule[] {
  return items(policy.object["spec"]?.ingress).flatMap((rule, index) => {
    const [peers, ports] = [items(rule?.["from"]), items(rule?.["ports"])];
    if (peers.length > 0 && !peers.some(isEverybody) && !FAMILIES.some((family) => areEveryAddress(peers, family))) return [];
    const on = ports.length === 0 ? "every port" : ports.some(isEveryTcpPort) ? "every TCP port" : undefined;
    return [{ policy, path: ["spec", "ingress", index], ...(on === undefined ? {} : { on }) }];
  });
}

/** What the most open of them admits everybody on; undefined where each names ports. */
export const openestOf = (rules: readonly OpenRule[]): OpenRule["on"] =>
  rules.some(({ on }) => on === "every port") ? "every port" : rules.find(({ on }) => on !== undefined)?.on;

/** Every pod of every namespace, or every address of a family. Whoever excepts some addresses has thought of whom it is for. */
function isEverybody(peer: Json): boolean {
  if (!isRecord(peer)) return false;
  const { podSelector: pods, namespaceSelector: namespaces, ipBlock: block } = peer;
  if (isRecord(block)) return items(block["except"]).length === 0 && readCidr(String(block["cidr"]))?.text.endsWith("/0") === true;
  return isEveryNamespace(namespaces) && (pods === undefined || selectsAll(pods));
}

/** All of them, also by the label that the control plane gives to each. */
function isEveryNamespace(selector: Json): boolean {
  if (selectsAll(selector)) return true;
  if (!isRecord(selector) || Object.keys(selector["matchLabels"] ?? {}).length > 0) return false;
  const wanted = items(selector["matchExpressions"]);
  return wanted.length > 0 && wanted.every((one) => one?.["key"] === "kubernetes.io/metadata.name" && one?.["operator"] === "Exists");
}

const FAMILIES = [
  { family: 4, bits: 32n },
  { family: 6, bits: 128n },
] as const;

/** Blocks that leave out no address of a family between them, as 0.0.0.0/1 and 128.0.0.0/1 do. */
function areEveryAddress(peers: readonly Json[], { family, bits }: (typeof FAMILIES)[number]): boolean {
  const blocks = peers
    .flatMap((peer) => {
      const block: Json = isRecord(peer) ? peer["ipBlock"] : undefined;
      const cidr = isRecord(block) && items(block["except"]).length === 0 ? readCidr(String(block["cidr"])) : undefined;
      return cidr?.family === family ? [cidr] : [];
    })
    .toSorted((left, right) => (left.first < right.first ? -1 : 1));
  let next = 0n;
  for (const { first, last } of blocks) {
    if (first > next) return false;
    if (last >= next) next = last + 1n;
  }
  return next === 1n << bits;
}

/** Without a number or a name it is every port of its protocol. */
const isEveryTcpPort = (port: Json): boolean => {
  const [first, last]: Json[] = [port?.["port"], port?.["endPort"]];
  return (first === undefined || (first === 1 && last === 65_535)) && (port?.["protocol"] ?? "TCP") === "TCP";
};
