import { SYSTEM } from "../cluster.ts";
import { clone, type NewObject } from "../object.ts";
import { simulatedPrograms } from "../streams/shell/simulated-programs.ts";
import { type KubeSim, type KubeSimOptions, startKubeSim } from "../sim.ts";
import { update } from "../write/update.ts";
import { GATEWAY_API } from "./gateway-api.ts";
import { CLUSTER_RIGHTS, LEDGER, NETWORK, SYSTEM_PODS, WEB } from "./neighbours.ts";
import { LIMITS_WEBHOOK, PAYMENTS, previousImage } from "./payments.ts";

const DAY = 86_400_000;

/** When the demo's cluster was set up and when its apps were last rolled out, counted back from its start. */
const SET_UP_BEFORE = 34 * DAY;
const ROLLED_OUT_BEFORE = 3 * DAY;

/** Nodes enough for what runs in it. */
const NODES = 6;

/** How long pods take in the demo: long enough to be seen. */
const PACE = { startMs: 1500, stopMs: 1000, runMs: 3000 };

/**
 * Starts the demo's cluster `eks-prod`: the namespace `payments` of the story with what depends on it elsewhere, and the namespaces of the
 * question who may reach whom. Everything in it is a while old and has a revision to go back to.
 */
export async function startDemoCluster(options: KubeSimOptions = {}): Promise<KubeSim> {
  const clock = options.clock ?? (() => new Date());
  let back = SET_UP_BEFORE;
  const sim = await startKubeSim({
    nodes: NODES,
    pace: PACE,
    programs: simulatedPrograms(clock),
    ...options,
    clock: () => new Date(clock().getTime() - back),
  });
  const manifests = [...SYSTEM_PODS, ...GATEWAY_API, ...PAYMENTS.map(asBefore), ...WEB, ...LEDGER, ...NETWORK, ...CLUSTER_RIGHTS];
  sim.load(manifests);
  sim.settle();
  back = ROLLED_OUT_BEFORE;
  for (const object of PAYMENTS) if (object.kind === "Deployment") rollOut(sim, object);
  sim.settle();
  rollOut(sim, hotfix());
  sim.settle();
  sim.load([LIMITS_WEBHOOK]);
  sim.settle();
  // Events are kept for an hour.
  for (const event of sim.objects("events")) sim.cluster.store.remove("events", event);
  back = 0;
  return sim;
}

const asBefore = (object: NewObject): NewObject =>
  object.kind === "Deployment" ? withImage(object, previousImage(object.metadata.name!)) : object;

function withImage(deployment: NewObject, image: string): NewObject {
  const copy = clone(deployment);
  copy["spec"].template.spec.containers[0].image = image;
  copy.metadata.annotations = { ...copy.metadata.annotations, "kubernetes.io/change-cause": `image ${image}` };
  return copy;
}

/** One app has been fixed since. */
const hotfix = (): NewObject => {
  const checkout = PAYMENTS.find((one) => one.kind === "Deployment" && one.metadata.name === "checkout")!;
  return withImage(checkout, "images.example/payments/checkout:2.14.2");
};

function rollOut(sim: KubeSim, object: NewObject): void {
  const resource = sim.cluster.registry.byKind(object.apiVersion, object.kind)!;
  const options = { user: SYSTEM, dryRun: false, fieldManager: "ci-deploy", fieldValidation: "Strict", warnings: [] } as const;
  update(sim.cluster, resource, object.metadata.namespace, object.metadata.name!, () => ({ body: object }), { ...options, warnings: [] });
}
