import type { RightQuestion } from "@interlock/protocol";

/** What one should know of every cluster; the same rights that the posture calls dangerous. */
export const READY_QUESTIONS: readonly { title: string; question: RightQuestion }[] = [
  { title: "do everything", question: { verb: "*", resource: "*" } },
  { title: "delete namespaces", question: { verb: "delete", resource: "namespaces" } },
  { title: "read Secrets", question: { verb: "get", resource: "secrets" } },
  { title: "run programs in pods", question: { verb: "create", resource: "pods/exec" } },
  { title: "write roles beyond their own", question: { verb: "escalate", resource: "clusterroles" } },
  { title: "bind roles beyond their own", question: { verb: "bind", resource: "clusterroles" } },
  { title: "act as others", question: { verb: "impersonate", resource: "users" } },
  { title: "reach kubelets", question: { verb: "get", resource: "nodes/proxy" } },
  { title: "make tokens of accounts", question: { verb: "create", resource: "serviceaccounts/token" } },
  { title: "approve certificates", question: { verb: "update", resource: "certificatesigningrequests/approval" } },
  { title: "change admission", question: { verb: "update", resource: "mutatingwebhookconfigurations" } },
];

export interface QuestionTexts {
  verb: string;
  resource: string;
  namespace: string;
  name: string;
}

/** What is in the fields as a question; undefined while it is none. A resource that begins with `/` is a path. */
export function questionOf({ verb, resource, namespace, name }: QuestionTexts): RightQuestion | undefined {
  const [does, what, where, which] = [verb.trim(), resource.trim(), namespace.trim(), name.trim()];
  if (does === "" || what === "") return undefined;
  if (what.startsWith("/")) return { verb: does, nonResourceURL: what };
  return { verb: does, resource: what, ...(where === "" ? {} : { namespace: where }), ...(which === "" ? {} : { name: which }) };
}

export const textsOf = ({ verb, resource = "", nonResourceURL, namespace = "", name = "" }: RightQuestion): QuestionTexts => ({
  verb,
  resource: nonResourceURL ?? resource,
  namespace,
  name,
});
