import { type Attributes, isWithinItself } from "./attributes.ts";
import { findType, type ResourceType } from "./resource-names.ts";

/** What somebody asks who may do: as in a SubjectAccessReview, but with names as kubectl takes them. */
export interface RightQuestion {
  verb: string;
  /** As kubectl takes it: `po`, `deployments.apps`, `pods/exec`; or `*`. */
  resource?: string | undefined;
  /** Where it is given, `resource` is a plural of that group. */
  group?: string | undefined;
  subresource?: string | undefined;
  name?: string | undefined;
  /** Absent: in every namespace. */
  namespace?: string | undefined;
  /** A path that is no resource, e.g. `/metrics`. */
  path?: string | undefined;
}

/** A question in the words of the server, and what people should know about how it was read. */
export interface WantedRight {
  wanted: Attributes;
  /** Undefined for a path, for `*`, and for what is not served. */
  type?: ResourceType;
  /** False where nothing of that name is served: a role may name it all the same. */
  known: boolean;
  /** Whether it can be given for one namespace. */
  namespaced: boolean;
  notes: string[];
}

const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use"];

/** Verbs that authorizers are asked about on top, and of what (Kubernetes documentation, "Authorization Overview", "RBAC good practices"). */
const SPECIAL: readonly { verb: string; group: string; resources: RegExp; namespaced?: boolean }[] = [
  { verb: "bind", group: "rbac.authorization.k8s.io", resources: /^(cluster)?roles$/ },
  { verb: "escalate", group: "rbac.authorization.k8s.io", resources: /^(cluster)?roles$/ },
  { verb: "impersonate", group: "", resources: /^(users|groups)$/, namespaced: false },
  { verb: "impersonate", group: "", resources: /^serviceaccounts$/ },
  { verb: "impersonate", group: "authentication.k8s.io", resources: /^(uids|userextras(\/.+)?)$/, namespaced: false },
  { verb: "approve", group: "certificates.k8s.io", resources: /^signers$/, namespaced: false },
  { verb: "sign", group: "certificates.k8s.io", resources: /^signers$/, namespaced: false },
  { verb: "attest", group: "certificates.k8s.io", resources: /^signers$/, namespaced: false },
];

/** Words of a path's request (kube-apiserver: the method in lower case). */
const PATH_VERBS = ["get", "head", "options", "post", "put", "patch", "delete"];

/** Reads a question against the types that a cluster serves. Never fails: what is not known is said. */
export function readQuestion(question: RightQuestion, types: readonly ResourceType[]): WantedRight {
  const { path, namespace } = question;
  const verb = question.verb.toLowerCase();
  if (path !== undefined) {
    const notes =
      verb === "*" || PATH_VERBS.includes(verb) ? [] : [`A path is asked for by ${PATH_VERBS.join(", ")}; ${verb} is no such word.`];
    return { wanted: { verb, path }, known: true, namespaced: false, notes };
  }
  const [plain, inWord] = split(question.resource ?? "");
  const written = question.subresource ?? inWord;
  const found = plain === "*" ? undefined : typeOf(plain, question.group, types);
  const { type } = found ?? {};
  // As kubectl has it, `pods/web-1` is a pod, where `pods/exec` is a subresource.
  const isName =
    inWord !== undefined &&
    question.subresource === undefined &&
    question.name === undefined &&
    type !== undefined &&
    !(type.subresources ?? []).includes(inWord);
  const subresource = isName ? undefined : written;
  const named = isName ? inWord : question.name;
  const special = SPECIAL.find(
    (one) =>
      one.verb === verb &&
      one.resources.test(subresource === undefined ? bare(plain) : `${bare(plain)}/${subresource}`) &&
      (question.group === undefined || question.group === one.group),
  );
  const [word, ...suffix] = plain.split(".");
  const group = question.group ?? type?.group ?? (plain === "*" ? "*" : suffix.length > 0 ? suffix.join(".") : (special?.group ?? ""));
  const resource = type?.resource ?? word!.toLowerCase();
  const full = group === "" || group === "*" ? resource : `${resource}.${group}`;
  const served = type !== undefined || plain.startsWith("*") || special !== undefined;
  const itself = isWithinItself({ verb, group, resource });
  const namespaced = itself || (type?.namespaced ?? special?.namespaced ?? true);
  // The one namespace that is in shop is shop.
  const name = itself ? (named ?? namespace) : named;
  const within = itself ? name : namespaced ? namespace : undefined;
  const hasSub = subresource === undefined || type === undefined || (type.subresources ?? []).includes(subresource);
  const notes = [
    ...(served
      ? []
      : [
          `No resource ${full} is served${types.length > 0 ? "" : ", as far as is known"}: what roles that name it would allow is told all the same.`,
        ]),
    ...(hasSub ? [] : [`${full} has no subresource ${subresource!}: what roles that name it would allow is told all the same.`]),
    ...(isName ? [`${full} has no subresource ${inWord}: it is taken for the name of one.`] : []),
    ...(found?.others ?? []).map(
      (other) =>
        `${resource} is also served in the group ${other.group === "" ? '""' : other.group}: rights there are rights of their own.`,
    ),
    ...(verbIsKnown(verb, type, subresource, special !== undefined) ? [] : [`${verb} is no verb of ${full}, as far as is known.`]),
    ...(namespace !== undefined && !namespaced ? [`${full} is in no namespace: who may do it may do it in the whole cluster.`] : []),
    ...(itself ? ["A namespace is asked for within itself: a RoleBinding in it is enough."] : []),
  ];
  return {
    wanted: {
      verb,
      group,
      resource,
      ...(subresource === undefined || subresource === "" ? {} : { subresource }),
      ...(name === undefined ? {} : { name }),
      ...(within === undefined ? {} : { namespace: within }),
    },
    ...(type === undefined ? {} : { type }),
    known: served && hasSub,
    namespaced,
    notes,
  };
}

const bare = (text: string): string => text.split(".", 1)[0]!.toLowerCase();

/** `pods/exec`, `deployments.apps/scale`, `userextras/scopes`. */
function split(text: string): [string, string?] {
  const slash = text.indexOf("/");
  return slash === -1 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
}

function typeOf(plain: string, group: string | undefined, types: readonly ResourceType[]) {
  if (group === undefined) return findType(types, plain);
  const type =
    types.find((one) => one.group === group && one.resource === plain.toLowerCase()) ??
    findType(
      types.filter((one) => one.group === group),
      plain,
    )?.type;
  return type === undefined ? undefined : { type, others: [] };
}

function verbIsKnown(verb: string, type: ResourceType | undefined, subresource: string | undefined, special: boolean): boolean {
  if (verb === "*" || special) return true;
  // Discovery tells the verbs of subresources one by one, and a version may add some: only what no resource has is worth a word.
  if (type === undefined || subresource !== undefined) return VERBS.includes(verb);
  return type.verbs.includes(verb) || verb === "use";
}
