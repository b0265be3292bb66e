import type { ObjectKind } from "@interlock/protocol";

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

/** A line for a document. `get` shows the object whole. */
export function kubectlLine(verb: Line, { kind, namespace, name }: NamedObject): string {
  const where = namespace === undefined ? "" : ` -n ${namespace}`;
  return `kubectl ${verb} ${resource(kind)} ${name}${where}${verb === "get" ? " -o yaml" : ""}`;
}
