import type { ObjectKind } from "@interlock/protocol";
import { quotedWord } from "./quoted-word.ts";

/** An object as commands name it. */
export interface NamedObject {
  kind: Pick<ObjectKind, "key" | "plural">;
  namespace: string | undefined;
  name: string;
}

export const LINES = ["get", "describe", "delete"] as const;
export type Line = (typeof LINES)[number];

/** `deployments.apps`: the plural alone may be of two groups. */
const resource = ({ key, plural }: NamedObject["kind"]): string => {
  const group = key.split("/")[0] ?? "";
  return group === "" ? plural : `${plural}.${group}`;
};

/**
 * A line for a document. `get` shows the object whole. Kind and name are one word: names of RBAC objects may hold anything but `/` and `%`, and
 * one that stood alone could be a flag (Kubernetes documentation, object names and IDs).
 */
export function kubectlLine(verb: Line, { kind, namespace, name }: NamedObject): string {
  const words = ["kubectl", verb, `${resource(kind)}/${name}`];
  if (namespace !== undefined) words.push("-n", namespace);
  if (verb === "get") words.push("-o", "yaml");
  return words.map(quotedWord).join(" ");
}
