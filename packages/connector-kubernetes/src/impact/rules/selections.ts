import { type Json, ofMap, selectorText, selectsAll } from "@interlock/kube-model";
import { endpointsOf, isFinished } from "../endpoints.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const BUDGETS = "policy/poddisruptionbudgets";

/** Services and PodDisruptionBudgets that select nothing. */
export const selections: Rule = {
  name: "selections",
  gone: ["/pods"],
  made: ["/pods", "/services", BUDGETS],
  reads: ["/pods", "/services", BUDGETS, "discovery.k8s.io/endpointslices"],
  per: "namespace",
  standing: true,
  find: (world, namespace) => [
    ...[...world.all("/services", namespace)].flatMap((service) => ofService(world, service)),
    ...[...world.all(BUDGETS, namespace)].flatMap((budget) => ofBudget(world, budget)),
  ],
};

/** Which pod each of them selects: one that stays and is no longer selected has been relabelled, or the selector was changed. */
export const selected: Rule = {
  name: "selected pods",
  gone: [],
  made: ["/pods", "/services", BUDGETS],
  reads: ["/pods", "/services", BUDGETS],
  per: "namespace",
  find: (world, namespace) => [
    ...[...world.all("/services", namespace)].flatMap((one) =>
      ties(world, one, ofMap(one.body?.["spec"]?.["selector"]), "sends traffic to"),
    ),
    ...[...world.all(BUDGETS, namespace)].flatMap((one) => ties(world, one, one.body?.["spec"]?.["selector"], "protects")),
  ],
};

function ofService(world: World, service: WorldObject): Finding[] {
  const endpoints = endpointsOf(world, service);
  if (endpoints === undefined) return [];
  const selector = ofMap(service.body?.["spec"]?.["selector"]);
  const at = { object: nameOf(service), scope: `namespace ${service.namespace!}` };
  const findings: Finding[] = [];
  const unanswered = "connections to it are refused or time out";
  if (endpoints.selected === 0 && selector !== undefined) {
    findings.push({
      key: `${at.object} none`,
      ...at,
      appears: `its selector ${selectorText(selector)} selects no pod, it has no endpoints left: ${unanswered}`,
    });
  } else if (endpoints.ready === 0) {
    findings.push({ key: `${at.object} none`, ...at, appears: `it has no ready endpoints left: ${unanswered}` });
  }
  return findings;
}

function ofBudget(world: World, budget: WorldObject): Finding[] {
  const selector: Json = budget.body?.["spec"]?.["selector"];
  if (!world.covers("/pods", budget.namespace)) return [];
  const at = { object: nameOf(budget), scope: `namespace ${budget.namespace!}` };
  const none = !world.pods(budget.namespace!, selector).some((pod) => !isFinished(pod));
  const which = selectsAll(selector) ? "it selects no pod" : `its selector ${selectorText(selector)} selects no pod`;
  return none ? [{ key: `${at.object} none`, ...at, appears: `${which}: it protects nothing` }] : [];
}

/** Each pod that is selected. A pod that goes with the write needs no words of its own. */
function ties(world: World, by: WorldObject, selector: Json, does: string): Finding[] {
  if (selector === undefined) return [];
  return world.pods(by.namespace!, selector).map((pod) => ({
    key: `${nameOf(by)} ${pod.name}`,
    object: nameOf(by),
    vanishes: `it no longer ${does} ${nameOf(pod)}`,
    about: { key: "/pods", namespace: by.namespace!, name: pod.name },
    scope: `namespace ${by.namespace!}`,
  }));
}
