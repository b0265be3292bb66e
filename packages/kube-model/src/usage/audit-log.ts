import { isRecord, type Json } from "../json.ts";

/** One request that somebody was let do, in the words of RBAC. */
export interface UsedRight {
  /** As the API server calls them: `system:serviceaccount:NAMESPACE:NAME` for a service account. */
  user: string;
  groups: readonly string[];
  verb: string;
  /** Absent of a path that is no resource. */
  resource?: { group: string; resource: string; namespace?: string; name?: string };
  /** Of what is no resource, without its query. */
  path?: string;
  /** Milliseconds since 1970. */
  at: number;
  /** It is the end of what may have been told when it began. */
  ends?: boolean;
}

/** What could not be read of a log. */
export interface AuditLogProblem {
  /** From 1. */
  line: number;
  message: string;
}

/** Verbs of RBAC that are asked about while a request of another verb is handled: no log shows them. */
export const UNSEEN_VERBS: ReadonlySet<string> = new Set(["bind", "escalate", "use", "approve", "sign", "attest"]);

/**
 * Reads one line of an API server's audit log (audit.k8s.io/v1 `Event`, one JSON object a line, as the log backend writes it; a webhook's
 * `EventList` is several). A request counts when it was authorized and has been answered, whatever the answer was: a right is used as well by
 * what is then not found. Several entries are one request in stages; the one that tells its end counts. Throws SyntaxError where it is no JSON.
 */
export function readAuditLine(line: string): AuditLine {
  if (line.trim() === "") return { rights: [], entries: 0, counted: 0, foreign: 0 };
  const value: Json = JSON.parse(line);
  const events: Json[] = isRecord(value) && Array.isArray(value["items"]) ? value["items"] : [value];
  const rights = events.map(rightsOf);
  return {
    rights: rights.flat(),
    entries: events.length,
    counted: rights.filter((some) => some.length > 0).length,
    foreign: events.filter((event) => !isEntry(event)).length,
  };
}

/** What a line tells. */
export interface AuditLine {
  rights: UsedRight[];
  entries: number;
  /** Of the entries those that are a request that was allowed and answered. */
  counted: number;
  /** Those that are of no audit log at all. */
  foreign: number;
}

const isEntry = (event: Json): boolean =>
  isRecord(event) && String(event["apiVersion"]).startsWith("audit.k8s.io/") && event["kind"] === "Event";

/** Streams are answered when they end, and their use is known when they begin. */
const STAGES = new Set(["ResponseComplete", "ResponseStarted"]);

function rightsOf(event: Json): UsedRight[] {
  if (!isRecord(event) || !STAGES.has(String(event["stage"])) || !wasAuthorized(event)) return [];
  if (event["stage"] === "ResponseStarted" && event["verb"] !== "watch") return [];
  const ends = event["stage"] === "ResponseComplete" && event["verb"] === "watch" ? { ends: true } : {};
  const at = Date.parse(String(event["requestReceivedTimestamp"] ?? event["stageTimestamp"]));
  const verb: Json = event["verb"];
  const user: Json = event["user"]?.["username"];
  if (Number.isNaN(at) || typeof verb !== "string" || typeof user !== "string") return [];
  const groups = textsOf(event["user"]?.["groups"]);
  const asked = { user, groups, at };
  const impersonated: Json = event["impersonatedUser"]?.["username"];
  if (typeof impersonated !== "string") return [{ ...asked, ...ends, ...requestOf(event, verb) }];
  // Rights of two were used: to speak for another, with the groups, the uid and whatever else was asked for, and what the other then did.
  const other = { user: impersonated, groups: textsOf(event["impersonatedUser"]?.["groups"]), at };
  return [
    { ...asked, ...impersonation(impersonated) },
    ...other.groups
      .filter((group) => !GIVEN.test(group))
      .map((name) => ({ ...asked, verb: "impersonate", resource: { group: "", resource: "groups", name } })),
    ...moreOf(event["impersonatedUser"]).map((resource) => ({ ...asked, verb: "impersonate", resource })),
    { ...other, ...ends, ...requestOf(event, verb) },
  ];
}

/** The authorizer's own word where it is there; a server without it answers 401 or 403 for itself, and for no other reason before admission. */
function wasAuthorized(event: Record<string, Json>): boolean {
  const decision: Json = event["annotations"]?.["authorization.k8s.io/decision"];
  if (typeof decision === "string") return decision === "allow";
  const code: Json = event["responseStatus"]?.["code"];
  return code !== 401 && code !== 403;
}

function requestOf(event: Record<string, Json>, verb: string): Pick<UsedRight, "verb" | "resource" | "path"> {
  const ref: Json = event["objectRef"];
  if (!isRecord(ref) || typeof ref["resource"] !== "string") {
    return { verb, path: String(event["requestURI"] ?? "").split("?", 1)[0]! };
  }
  const { apiGroup, resource, subresource, namespace, name } = ref;
  return {
    verb,
    resource: {
      group: typeof apiGroup === "string" ? apiGroup : "",
      resource: typeof subresource === "string" && subresource !== "" ? `${resource}/${subresource}` : resource,
      ...(typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
      ...(typeof name === "string" && name !== "" ? { name } : {}),
    },
  };
}

/** Groups that a server adds by itself to whoever is spoken for. */
const GIVEN = /^system:(authenticated|unauthenticated|serviceaccounts(:.+)?)$/;

function impersonation(user: string): Pick<UsedRight, "verb" | "resource"> {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account === null) return { verb: "impersonate", resource: { group: "", resource: "users", name: user } };
  return { verb: "impersonate", resource: { group: "", resource: "serviceaccounts", namespace: account[1]!, name: account[2]! } };
}

/** What is said of somebody besides, each of which is asked about by itself (Kubernetes documentation, "User impersonation"). */
function moreOf(user: Json): NonNullable<UsedRight["resource"]>[] {
  const group = "authentication.k8s.io";
  const { uid, extra }: Record<string, Json> = user ?? {};
  return [
    ...(typeof uid === "string" && uid !== "" ? [{ group, resource: "uids", name: uid }] : []),
    ...Object.entries(isRecord(extra) ? extra : {}).flatMap(([key, values]) =>
      textsOf(values).map((name) => ({ group, resource: `userextras/${key}`, name })),
    ),
  ];
}

const textsOf = (list: Json): string[] => (Array.isArray(list) ? list.filter((item): item is string => typeof item === "string") : []);
