import type { Json } from "../json.ts";

/** Somebody as a server has authenticated them. */
export interface User {
  name: string;
  groups: readonly string[];
}

/** Whom a binding names (rbac.authorization.k8s.io/v1, Subject). */
export interface Subject {
  kind: "User" | "Group" | "ServiceAccount";
  name: string;
  /** Of a service account. */
  namespace?: string;
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Group that may do everything, whatever the roles say: the server asks no authorizer for it. */
export const MASTERS = "system:masters";

/** Reads an entry of `subjects`; a service account without a namespace is of the binding's. Undefined for what is no subject. */
export function readSubject(entry: Json, bindingNamespace: string | undefined): Subject | undefined {
  const { kind, name, namespace } = (entry ?? {}) as Record<string, Json>;
  if (typeof name !== "string" || name === "") return undefined;
  if (kind === "User" || kind === "Group") {
    const account = kind === "User" ? ACCOUNT.exec(name) : null;
    return account === null ? { kind, name } : { kind: "ServiceAccount", namespace: account[1]!, name: account[2]! };
  }
  const of = typeof namespace === "string" && namespace !== "" ? namespace : bindingNamespace;
  return kind === "ServiceAccount" && of !== undefined ? { kind, name, namespace: of } : undefined;
}

/**
 * The user that a subject is, with the groups that everybody of that sort is in. A group stands for a member who is in no other. Groups that an
 * identity provider adds are not known here.
 */
export function userOf(subject: Subject): User {
  switch (subject.kind) {
    case "ServiceAccount":
      return {
        name: `system:serviceaccount:${subject.namespace ?? ""}:${subject.name}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${subject.namespace ?? ""}`, "system:authenticated"],
      };
    case "User":
      if (subject.name === "system:anonymous") return { name: subject.name, groups: ["system:unauthenticated"] };
      return { name: subject.name, groups: ["system:authenticated"] };
    case "Group":
      return { name: "", groups: subject.name === "system:unauthenticated" ? [subject.name] : groupsOfMember(subject.name) };
  }
}

function groupsOfMember(group: string): string[] {
  if (group === "system:authenticated") return [group];
  const parent = group.startsWith("system:serviceaccounts:") ? ["system:serviceaccounts"] : [];
  return [group, ...parent, "system:authenticated"];
}

/** Whether `user` is, or is in, whom a binding names. */
export function isNamed(subject: Subject, user: User): boolean {
  switch (subject.kind) {
    case "User":
      return user.name === subject.name;
    case "Group":
      return user.groups.includes(subject.name);
    case "ServiceAccount":
      return user.name === `system:serviceaccount:${subject.namespace ?? ""}:${subject.name}`;
  }
}

/** `User ann`, `Group oncall`, `ServiceAccount shop/web`. */
export const subjectText = ({ kind, name, namespace }: Subject): string =>
  namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;

/** Reads what `subjectText` writes; a `system:serviceaccount:NS:NAME` alone is a service account, any other word a user. */
export function parseSubject(text: string): Subject | undefined {
  const [kind, ...rest] = text.trim().split(/\s+/);
  if (kind === undefined || kind === "") return undefined;
  if (rest.length === 0) return readSubject({ kind: "User", name: kind }, undefined);
  const name = rest.join(" ");
  const slash = name.indexOf("/");
  if (kind === "ServiceAccount")
    return slash < 1 ? undefined : readSubject({ kind, namespace: name.slice(0, slash), name: name.slice(slash + 1) }, undefined);
  return readSubject({ kind, name }, undefined);
}
