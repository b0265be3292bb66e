import type { Json, KubeObject } from "@interlock/kube-model";
import type { Effect } from "@interlock/protocol";
import { durationSeconds } from "../kubectl/duration.ts";
import { longestLife, tokenRequest } from "../gate/foresee-token.ts";
import { classifyWrite } from "../gate/request-class.ts";
import type { Arguments } from "../kubectl/arguments.ts";
import { createdBy, podOf, subjectsOf, type MadeObject } from "./made-objects.ts";
import { flagOf, isSet, kindNamed, objectsNamed, type NamedKind, type NamedObject } from "./named-objects.ts";
import { NOT_READ, patchedObject, type Changed } from "./patched-object.ts";

/** One API write of a line, as far as its words tell. */
export interface LineWrite {
  effect: Effect;
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  kind: NamedKind;
  namespace?: string;
  /** Absent: every object that the line's selector means. */
  name?: string;
  subresource?: string;
  /** Of an object that is there, what the line writes over; absent of one that it makes. */
  before?: KubeObject;
  /** Of an object that is there, what the line writes; absent where that cannot be told, and of what goes. */
  after?: KubeObject;
}

export interface LineContext {
  /** Of objects that a line gives none. */
  namespace: string;
  /** What `--patch-file` names; undefined where it was not given. */
  textOf: (name: string) => string | undefined;
}

/** Lines that read only, whatever else is said. */
export const isTried = (args: Arguments): boolean => {
  const tried = args.flags.findLast(({ name }) => name === "dry-run");
  return isSet(args, "local") || (tried !== undefined && tried.value !== "none");
};

/** What a line writes; undefined where its words do not tell. Lines that take manifests are not among these. */
export function writesOf(args: Arguments, context: LineContext): LineWrite[] | undefined {
  const made = madeBy(args);
  if (made !== undefined) return made.map((one) => creation(one, args, context)).filter((one) => one !== undefined);
  const change = CHANGES[args.verb];
  if (change !== undefined) return change(args, context);
  return undefined;
}

function madeBy(args: Arguments): MadeObject[] | undefined {
  if (args.verb === "run") return [podOf(args)].filter((one) => one !== undefined);
  if (args.verb.startsWith("create ") && args.verb !== "create token") {
    const made = createdBy(args);
    return made === undefined ? undefined : [made];
  }
  if (args.verb === "expose" || args.verb === "autoscale") {
    const [target] = objectsNamed(wordsOf(args)) ?? [];
    const name = flagOf(args, "name") ?? target?.name;
    if (name === undefined) return undefined;
    const [apiVersion, kind] = args.verb === "expose" ? ["v1", "Service"] : ["autoscaling/v2", "HorizontalPodAutoscaler"];
    const spec = args.verb === "expose" ? { type: flagOf(args, "type") ?? "ClusterIP" } : {};
    return [{ apiVersion, kind, name, object: { apiVersion, kind, metadata: { name }, spec } }];
  }
  return undefined;
}

const wordsOf = ({ operands }: Arguments): string[] => operands.map(({ text }) => text);

function creation(
  { apiVersion, kind: name, name: called, object }: MadeObject,
  args: Arguments,
  context: LineContext,
): LineWrite | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const kind = kindNamed(group === "" ? name : `${name}.${group}`);
  if (kind === undefined) return undefined;
  const within = namespaceOf(kind, args, context);
  const target = { kind: "resource" as const, group: kind.group, version: kind.version, resource: kind.plural };
  const after =
    object === undefined ? undefined : { ...object, metadata: { ...object.metadata, ...(within !== undefined && { namespace: within }) } };
  return {
    effect: classifyWrite("POST", target).effect,
    method: "POST",
    kind,
    name: called,
    ...(within !== undefined && { namespace: within }),
    ...(after !== undefined && { after }),
  };
}

function namespaceOf(kind: NamedKind, args: Arguments, { namespace }: LineContext): string | undefined {
  if (!kind.namespaced || isSet(args, "all-namespaces")) return undefined;
  return flagOf(args, "namespace") ?? namespace;
}

type Change = (args: Arguments, context: LineContext) => LineWrite[] | undefined;

/** A change of each object that the operands name. `edit`: what is written into it; undefined where that is not known. */
function changing(
  words: (args: Arguments) => string[],
  edit: (base: KubeObject, args: Arguments, context: LineContext, target: NamedObject) => Changed | undefined,
  { method = "PATCH", subresource }: { method?: "PATCH" | "PUT"; subresource?: string } = {},
): Change {
  return (args, context) =>
    objectsNamed(words(args))?.map((target) => {
      const { kind, name } = target;
      const namespace = namespaceOf(kind, args, context);
      const base = baseOf(kind, name, namespace);
      const changed = edit(base, args, context, target);
      const { effect } = classifyWrite(method, {
        kind: "resource",
        group: kind.group,
        version: kind.version,
        resource: kind.plural,
        name: name ?? "*",
        ...(subresource !== undefined && { subresource }),
      });
      return {
        effect,
        method,
        kind,
        ...(name !== undefined && { name }),
        ...(namespace !== undefined && { namespace }),
        ...(subresource !== undefined && { subresource }),
        before: changed?.before ?? base,
        ...(changed !== undefined && { after: changed.after }),
      };
    });
}

function baseOf(kind: NamedKind, name: string | undefined, namespace: string | undefined): KubeObject {
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  return { apiVersion, kind: kind.kind, metadata: { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) } };
}

const untouched = (base: KubeObject): Changed => ({ before: base, after: base });

/** Words that are no `key=value`, `key-`: kubectl has the objects before the first of these. */
function objectWords(args: Arguments): string[] {
  const words = wordsOf(args);
  const first = words.findIndex((word) => /=|-$/.test(word));
  return first === -1 ? words : words.slice(0, first);
}

const settings = (args: Arguments): string[] => wordsOf(args).slice(objectWords(args).length);

/** Of `label` and `annotate`. */
function marking(field: "labels" | "annotations"): Change {
  return changing(objectWords, (base, args) => {
    const was: Record<string, string> = {};
    const will: Record<string, string> = {};
    for (const word of settings(args)) {
      const mark = word.indexOf("=");
      if (mark === -1) was[word.slice(0, -1)] = NOT_READ;
      else will[word.slice(0, mark)] = word.slice(mark + 1);
      if (mark !== -1 && isSet(args, "overwrite")) was[word.slice(0, mark)] = NOT_READ;
    }
    const having = (values: Record<string, string>): KubeObject => ({ ...base, metadata: { ...base.metadata, [field]: values } });
    return { before: having(was), after: having(will) };
  });
}

/** The spec of an object's pods, put around what is in it. */
function inPods(base: KubeObject, spec: Json): KubeObject {
  if (base.kind === "Pod") return { ...base, spec };
  const template = { template: { spec } };
  return { ...base, spec: base.kind === "CronJob" ? { jobTemplate: { spec: template } } : template };
}

const setImage = changing(objectWords, (base, args) => {
  const images = settings(args).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const);
  const having = (image: (given: string) => string): KubeObject =>
    inPods(base, { containers: images.map(([name, given]) => ({ name, image: image(given) })) });
  return { before: having(() => NOT_READ), after: having((given) => given) };
});

const setServiceAccount = changing(
  (args) => wordsOf(args).slice(0, -1),
  (base, args) => ({
    before: inPods(base, { serviceAccountName: NOT_READ }),
    after: inPods(base, { serviceAccountName: wordsOf(args).at(-1)! }),
  }),
);

const patch = changing(wordsOf, (base, args, { textOf }) => {
  const file = flagOf(args, "patch-file");
  const text = file === undefined ? flagOf(args, "patch") : textOf(file);
  return text === undefined ? undefined : patchedObject(base, text, flagOf(args, "type") ?? "strategic");
});

const scale = changing(
  wordsOf,
  (base, args) => ({ before: base, after: { ...base, spec: { replicas: Number(flagOf(args, "replicas")) } } }),
  { subresource: "scale" },
);

const certificate = (args: Arguments, context: LineContext): LineWrite[] | undefined =>
  changing((given) => ["certificatesigningrequests", ...wordsOf(given)], untouched, { method: "PUT", subresource: "approval" })(
    args,
    context,
  );

const node = (words: (args: Arguments) => string[]): Change => changing((args) => ["nodes", ...words(args)], untouched);

/** `create token ACCOUNT`. What is asked for is known; what its holder may do only the cluster knows. */
const token: Change = (args, context) => {
  const kind = kindNamed("serviceaccounts")!;
  const [name] = wordsOf(args);
  if (name === undefined) return undefined;
  const namespace = flagOf(args, "namespace") ?? context.namespace;
  const duration = flagOf(args, "duration");
  const seconds = duration === undefined ? 0 : durationSeconds(duration);
  const audiences = args.flags.flatMap((flag) => (flag.name === "audience" && flag.value !== undefined ? [flag.value] : []));
  const [boundKind, boundName] = [flagOf(args, "bound-object-kind"), flagOf(args, "bound-object-name")];
  const bound = boundKind !== undefined && boundName !== undefined ? { apiVersion: "v1", kind: boundKind, name: boundName } : undefined;
  return [
    {
      effect: "privilege",
      method: "POST",
      kind,
      name,
      namespace,
      subresource: "token",
      ...(seconds !== undefined && {
        after: tokenRequest(namespace, name, {
          audiences,
          // kubectl says no time for none, nor for less than a second.
          seconds: longestLife({ audiences, ...(seconds > 0 && { seconds }), ...(bound && { boundTo: bound }) }),
          ...(bound && { boundTo: bound }),
        }),
      }),
    },
  ];
};

const deletion: Change = (args, context) =>
  objectsNamed(wordsOf(args))?.map(({ kind, name }) => {
    const namespace = namespaceOf(kind, args, context);
    const target = { kind: "resource" as const, group: kind.group, version: kind.version, resource: kind.plural };
    return {
      effect: classifyWrite("DELETE", name === undefined ? target : { ...target, name }).effect,
      method: "DELETE" as const,
      kind,
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      before: baseOf(kind, name, namespace),
    };
  });

/** Which pods run on a node only the cluster knows. */
const drain: Change = (args, context) => {
  const cordoned = node(wordsOf)(args, context);
  return cordoned && [...cordoned, { effect: "delete", method: "POST", kind: kindNamed("pods")!, subresource: "eviction" }];
};

const CHANGES: Readonly<Record<string, Change>> = {
  label: marking("labels"),
  annotate: marking("annotations"),
  patch,
  scale,
  delete: deletion,
  "set image": setImage,
  "set env": changing(objectWords, untouched),
  "set resources": changing(wordsOf, untouched),
  "set selector": changing(objectWords, untouched),
  "set serviceaccount": setServiceAccount,
  "set subject": changing(wordsOf, (base, args) => ({ before: base, after: { ...base, subjects: subjectsOf(args) } })),
  "rollout restart": changing(wordsOf, untouched),
  "rollout pause": changing(wordsOf, untouched),
  "rollout resume": changing(wordsOf, untouched),
  // What an earlier revision was only the cluster knows.
  "rollout undo": changing(wordsOf, () => undefined),
  cordon: node(wordsOf),
  uncordon: node(wordsOf),
  taint: node((args) => objectWords(args).slice(1)),
  drain,
  "create token": token,
  "certificate approve": certificate,
  "certificate deny": certificate,
};
