/** A path of the API taken apart; a resource's names are not looked up yet. */
export type Route =
  | {
      kind: "resource";
      group: string;
      version: string;
      plural: string;
      namespace?: string;
      name?: string;
      subresource?: string;
      rest?: string;
    }
  | { kind: "other"; path: string };

/** Reads `/api/v1/…` and `/apis/<group>/<version>/…` with a resource behind; all else is another path. */
export function readRoute(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "");
  const core = parts[0] === "api" && parts.length > 2;
  const named = parts[0] === "apis" && parts.length > 3;
  if (!core && !named) return { kind: "other", path };
  const [group, version] = core ? ["", parts[1]!] : [parts[1]!, parts[2]!];
  const names = parts.slice(core ? 2 : 3).map(decode);
  const scoped = names[0] === "namespaces" && names.length > 2 && !isNamespaceSubresource(group, names);
  const namespace = scoped ? names[1]! : undefined;
  const [plural, name, subresource, ...rest] = scoped ? names.slice(2) : names;
  return {
    kind: "resource",
    group,
    version,
    plural: plural!,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(rest.length === 0 ? {} : { rest: rest.join("/") }),
  };
}

const isNamespaceSubresource = (group: string, names: readonly string[]): boolean =>
  group === "" && names.length === 3 && (names[2] === "status" || names[2] === "finalize");

/** Escapes that are none stay as they are: such a name is then simply not found. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
