import { type Json, labelsOf, ofMap, selectorText, selects } from "@interlock/kube-model";
import { podSpecOf } from "../pod-references.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import { WORKLOADS, type Finding, type Rule } from "./rule.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

/** Where pods must run by labels of nodes or of other pods, and cannot. Those that run already stay where they are. */
export const placement: Rule = {
  name: "placement",
  gone: ["/nodes", "/pods"],
  made: ["/nodes", "/pods", ...WORKLOADS],
  reads: ["/nodes", "/pods", ...WORKLOADS],
  per: "namespace",
  find: (world, namespace) => {
    const findings: Finding[] = [];
    for (const key of WORKLOADS) {
      for (const object of world.all(key, namespace)) {
        if (object.owners.some((owner) => owner.controller && world.byUid(owner.uid) !== undefined)) continue;
        findings.push(...whyNowhere(world, object));
      }
    }
    return findings;
  },
};

function whyNowhere(world: World, object: WorldObject): Finding[] {
  const spec: Json = podSpecOf(object.body);
  const at = { object: nameOf(object), scope: `namespace ${object.namespace!}` };
  const findings: Finding[] = [];
  const nodes = nodeTerms(spec);
  if (nodes.length > 0 && world.covers("/nodes", undefined)) {
    const fits = [...world.all("/nodes")].some((node) => nodes.every((terms) => terms.some((term) => selects(term, nodeLabels(node)))));
    const words = nodes.map((terms) => terms.map(selectorText).join(" or ")).join(" and ");
    if (!fits) findings.push({ key: `${at.object} nodes`, ...at, appears: `new pods cannot be scheduled: no node is labelled ${words}` });
  }
  for (const term of (spec?.["affinity"]?.["podAffinity"]?.[REQUIRED] ?? []) as Json[]) {
    if (term["namespaceSelector"] !== undefined && term["namespaceSelector"] !== null) continue;
    const names: string[] = Array.isArray(term["namespaces"]) && term["namespaces"].length > 0 ? term["namespaces"] : [object.namespace!];
    if (!names.every((name) => world.covers("/pods", name))) continue;
    if (names.some((name) => world.pods(name, term["labelSelector"]).length > 0)) continue;
    // The scheduler lets the first pod of a group that asks for itself through.
    if (selects(term["labelSelector"], labelsOf(object.body?.["spec"]?.["template"]))) continue;
    const words = selectorText(term["labelSelector"]);
    findings.push({
      key: `${at.object} ${words}`,
      ...at,
      appears: `new pods cannot be scheduled: no pod labelled ${words} is there to be near to`,
    });
  }
  return findings;
}

/** Sets of terms, of each of which one must hold. Field terms name a node and are left out. */
function nodeTerms(spec: Json): Json[][] {
  const plain = ofMap(spec?.["nodeSelector"]);
  const terms: Json[] = spec?.["affinity"]?.["nodeAffinity"]?.[REQUIRED]?.["nodeSelectorTerms"] ?? [];
  const byLabel = terms.filter((term) => Array.isArray(term["matchExpressions"]) && term["matchFields"] === undefined);
  return [...(plain === undefined ? [] : [[plain]]), ...(byLabel.length === terms.length && terms.length > 0 ? [byLabel] : [])];
}

const nodeLabels = (node: WorldObject): Record<string, string> => ({ "kubernetes.io/hostname": node.name, ...labelsOf(node.body) });
