import type { Fields, KubeObject } from "../object.ts";
import { customResources, DEFINITIONS } from "../registry/registry.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { hasReadyEndpoints } from "../write/webhooks.ts";

const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";
const SERVICES = "apiregistration.k8s.io/apiservices";

/** Establishes CustomResourceDefinitions, and removes their objects before they go. */
export const definitions: Controller = {
  name: "customresource-controller",
  watches: ["*"],
  clusterWide: true,
  concerns: ({ type, storage }) => storage === DEFINITIONS || type === "DELETED",
  reconcile(hands) {
    for (const definition of hands.list(DEFINITIONS)) {
      if (definition.metadata.deletionTimestamp !== undefined) cleanUp(hands, definition);
      else establish(hands, definition);
    }
  },
};

function establish(hands: Hands, definition: KubeObject): void {
  const finalizers = definition.metadata.finalizers ?? [];
  const held = finalizers.includes(CLEANUP)
    ? definition
    : hands.put(DEFINITIONS, { ...definition, metadata: { ...definition.metadata, finalizers: [...finalizers, CLEANUP] } });
  const now = hands.cluster.now();
  let conditions: Fields[] = held["status"]?.conditions ?? [];
  conditions = withCondition(conditions, now, {
    type: "NamesAccepted",
    status: "True",
    reason: "NoConflicts",
    message: "no conflicts found",
  });
  conditions = withCondition(conditions, now, {
    type: "Established",
    status: "True",
    reason: "InitialNamesAccepted",
    message: "the initial names have been accepted",
  });
  const stored: string = held["spec"].versions.find((one: Fields) => one["storage"] === true)?.name;
  const storedVersions: string[] = held["status"]?.storedVersions ?? [];
  hands.setStatus(DEFINITIONS, held, {
    conditions,
    acceptedNames: held["spec"].names,
    storedVersions: storedVersions.includes(stored) ? storedVersions : [...storedVersions, stored],
  });
}

function cleanUp(hands: Hands, definition: KubeObject): void {
  if (!(definition.metadata.finalizers ?? []).includes(CLEANUP)) return;
  const storage = customResources(definition)[0]?.storage;
  const objects = storage === undefined ? [] : hands.list(storage);
  for (const object of objects) if (object.metadata.deletionTimestamp === undefined) hands.remove(storage!, object);
  const left = storage === undefined ? 0 : hands.list(storage).length;
  if (left === 0) hands.dropFinalizer(DEFINITIONS, hands.get(DEFINITIONS, undefined, definition.metadata.name)!, CLEANUP);
  else {
    const conditions = withCondition(definition["status"]?.conditions, hands.cluster.now(), {
      type: "Terminating",
      status: "True",
      reason: "InstanceDeletionInProgress",
      message: "CustomResource deletion is in progress",
    });
    hands.setStatus(DEFINITIONS, hands.get(DEFINITIONS, undefined, definition.metadata.name)!, { ...definition["status"], conditions });
  }
}

/** Says of each APIService whether there is something to answer for it, and registers the groups of definitions. */
export const apiServices: Controller = {
  name: "kube-aggregator",
  watches: [SERVICES, DEFINITIONS, "services", "endpoints"],
  clusterWide: true,
  reconcile(hands) {
    const wanted = new Map(
      hands
        .list(DEFINITIONS)
        .flatMap(customResources)
        .map((one) => [`${one.version}.${one.group}`, one]),
    );
    for (const [name, { group, version }] of wanted) {
      if (hands.get(SERVICES, undefined, name) !== undefined) continue;
      hands.create({
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        metadata: { name, labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } },
        spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
      });
    }
    for (const one of hands.list(SERVICES)) {
      const automatic = one.metadata.labels?.["kube-aggregator.kubernetes.io/automanaged"] === "true";
      if (automatic && !wanted.has(one.metadata.name)) hands.remove(SERVICES, one);
      else if (one.metadata.deletionTimestamp === undefined) judge(hands, one);
    }
  },
};

function judge(hands: Hands, one: KubeObject): void {
  const service: Fields | undefined = one["spec"].service;
  let found: Fields = { status: "True", reason: "Local", message: "Local APIServices are always available" };
  if (service !== undefined) {
    const { namespace, name } = service as { namespace: string; name: string };
    if (hands.get("services", namespace, name) === undefined)
      found = { status: "False", reason: "ServiceNotFound", message: `service/${name} in "${namespace}" is not present` };
    else if (!hasReadyEndpoints(hands.cluster, namespace, name))
      found = {
        status: "False",
        reason: "MissingEndpoints",
        message: `endpoints for service/${name} in "${namespace}" have no addresses with port name "https"`,
      };
    else found = { status: "True", reason: "Passed", message: "all checks passed" };
  }
  hands.setStatus(SERVICES, one, {
    ...one["status"],
    conditions: withCondition(one["status"]?.conditions, hands.cluster.now(), { type: "Available", ...found }),
  });
}
