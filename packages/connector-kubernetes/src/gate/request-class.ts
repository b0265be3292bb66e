import type { Effect } from "@interlock/protocol";
import type { ResourceTarget } from "./request-target.ts";

/** What becomes of a request that is not a plain read or an ordinary write. */
export type Handling =
  /** Sent to the cluster as a dry run and recorded. */
  | "dryRun"
  /** Asks for a review of rights; stores nothing. Sent as a dry run, not recorded. */
  | "review"
  /** Recorded and answered without being sent: a dry run cannot show it. */
  | "recorded"
  /** Neither sent nor recorded as a write: it would open a connection to a workload, or is not known. */
  | "refused";

export interface RequestClass {
  effect: Effect;
  handling: Handling;
  /** Why it is refused, for people. */
  reason?: string;
}

const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const SCHEMA_GROUPS = new Set(["apiextensions.k8s.io", "admissionregistration.k8s.io", "apiregistration.k8s.io"]);
const REVIEWS = new Set([
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
  "authorization.k8s.io/localsubjectaccessreviews",
  "authorization.k8s.io/subjectaccessreviews",
  "authentication.k8s.io/selfsubjectreviews",
]);
const CONNECTS = new Set(["exec", "attach", "portforward", "proxy"]);
/** Subresources that a read may name. */
const READABLE = new Set(["status", "scale", "log", "ephemeralcontainers", "resize", "approval"]);
/** Subresources a write of which is an ordinary update of the object. */
const UPDATES = new Set(["status", "scale", "ephemeralcontainers", "resize"]);
const METRICS = /(^|\.)metrics\.k8s\.io$/;

/** A read of a resource: undefined when it may pass, otherwise why not. */
export function refusedRead(target: ResourceTarget): RequestClass | undefined {
  const { subresource } = target;
  if (subresource === undefined || READABLE.has(subresource) || METRICS.test(target.group)) return undefined;
  if (CONNECTS.has(subresource)) return connects(subresource);
  return { effect: "unknown", handling: "refused", reason: `what reading ${target.resource}/${subresource} does is not known` };
}

function connects(subresource: string): RequestClass {
  return {
    effect: "privilege",
    handling: "refused",
    reason: `${subresource} opens a connection to a workload, which belongs in a terminal`,
  };
}

/** A write by its method. `creates` for a PATCH or PUT that found nothing to change. */
export function classifyWrite(method: string, target: ResourceTarget, creates = false): RequestClass {
  const { group, resource, subresource, name } = target;
  if (method === "POST" && subresource === undefined && REVIEWS.has(`${group}/${resource}`)) return { effect: "read", handling: "review" };
  if (group === "authentication.k8s.io") {
    return { effect: "privilege", handling: "refused", reason: "it asks whether a token is valid, which only servers need to know" };
  }
  if (subresource !== undefined) return classifySubresource(method, target);
  if (group === "" && resource === "bindings") return { effect: "modify", handling: "recorded" };
  const handling: Handling = group === CERTIFICATES && method === "POST" ? "recorded" : "dryRun";
  if (group === RBAC || group === CERTIFICATES) return { effect: "privilege", handling };
  if (SCHEMA_GROUPS.has(group)) return { effect: "schema", handling };
  switch (method) {
    case "POST":
      if (name !== undefined) return unknownWrite(method, target);
      return { effect: "append", handling };
    case "PUT":
    case "PATCH":
      if (name === undefined) return unknownWrite(method, target);
      return { effect: creates ? "append" : "modify", handling };
    case "DELETE":
      return { effect: "delete", handling };
    default:
      return unknownWrite(method, target);
  }
}

function classifySubresource(method: string, target: ResourceTarget): RequestClass {
  const { group, resource } = target;
  const subresource = target.subresource!;
  if (CONNECTS.has(subresource)) return connects(subresource);
  const key = `${method} ${group}/${resource}/${subresource}`;
  switch (key) {
    case "POST /pods/eviction":
      return { effect: "delete", handling: "recorded" };
    case "PUT /namespaces/finalize":
      return { effect: "delete", handling: "recorded" };
    case "POST /pods/binding":
      return { effect: "modify", handling: "recorded" };
    case "POST /serviceaccounts/token":
      return { effect: "privilege", handling: "recorded" };
    case `PUT ${CERTIFICATES}/certificatesigningrequests/approval`:
    case `PATCH ${CERTIFICATES}/certificatesigningrequests/approval`:
      return { effect: "privilege", handling: "recorded" };
    default:
  }
  if (!UPDATES.has(subresource) || (method !== "PUT" && method !== "PATCH")) return unknownWrite(method, target);
  if (group === RBAC || group === CERTIFICATES || subresource === "ephemeralcontainers") return { effect: "privilege", handling: "dryRun" };
  if (SCHEMA_GROUPS.has(group)) return { effect: "schema", handling: "dryRun" };
  return { effect: "modify", handling: "dryRun" };
}

function unknownWrite(method: string, target: ResourceTarget): RequestClass {
  const what = target.subresource === undefined ? target.resource : `${target.resource}/${target.subresource}`;
  return { effect: "unknown", handling: "refused", reason: `what ${method} of ${what} does is not known` };
}
