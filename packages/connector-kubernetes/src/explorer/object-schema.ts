import { isRecord, type Json } from "@interlock/kube-model";

/** Deepest nesting that is followed; nothing of Kubernetes comes near it. */
const DEEPEST = 60;

type Schema = Record<string, Json>;

/**
 * The JSON schema (draft 7) of a kind out of the OpenAPI v3 document of its group and version, with everything it refers to and nothing else.
 * Fields it does not know are errors, as they are for kubectl's strict validation; a type that keeps unknown fields takes any.
 */
export function kindSchema(document: Json, group: string, version: string, kind: string): Schema | undefined {
  const schemas: Json = document?.["components"]?.["schemas"];
  if (!isRecord(schemas)) return undefined;
  const found = Object.entries(schemas).find(([, schema]) => {
    const kinds: Json = schema?.["x-kubernetes-group-version-kind"];
    return Array.isArray(kinds) && kinds.some((item) => item.group === group && item.version === version && item.kind === kind);
  });
  if (found === undefined) return undefined;
  const definitions: Schema = {};
  const define = (name: string): void => {
    if (name in definitions || !isRecord(schemas[name])) return;
    definitions[name] = {};
    definitions[name] = converted(schemas[name], define, 0);
  };
  define(found[0]);
  const root: Schema = { ...definitions[found[0]] };
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const properties: Schema = isRecord(root["properties"]) ? root["properties"] : {};
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: kind,
    ...root,
    properties: {
      ...properties,
      apiVersion: { ...properties["apiVersion"], const: apiVersion },
      kind: { ...properties["kind"], const: kind },
    },
    required: [...new Set([...(Array.isArray(root["required"]) ? root["required"] : []), "apiVersion", "kind", "metadata"])],
    definitions,
  };
}

function converted(node: Json, define: (name: string) => void, depth: number): Json {
  if (!isRecord(node) || depth > DEEPEST) return {};
  if (node["x-kubernetes-int-or-string"] === true || node["format"] === "int-or-string")
    return { ...words(node), anyOf: [{ type: "integer" }, { type: "string" }] };
  const schema: Schema = words(node);
  for (const key of ["type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "required"])
    if (node[key] !== undefined) schema[key] = node[key];
  if (typeof node["$ref"] === "string") return { ...schema, $ref: reference(node["$ref"], define) };
  if (Array.isArray(node["enum"]) && node["nullable"] === true) schema["enum"] = [...node["enum"], null];
  for (const key of ["allOf", "anyOf", "oneOf"])
    if (Array.isArray(node[key])) schema[key] = node[key].map((part: Json) => converted(part, define, depth + 1));
  if (isRecord(node["not"])) schema["not"] = converted(node["not"], define, depth + 1);
  if (isRecord(node["items"])) schema["items"] = converted(node["items"], define, depth + 1);
  if (isRecord(node["properties"])) {
    schema["properties"] = Object.fromEntries(
      Object.entries(node["properties"]).map(([name, part]) => [name, property(name, part, define, depth)] as const),
    );
  }
  if (isRecord(node["additionalProperties"])) schema["additionalProperties"] = converted(node["additionalProperties"], define, depth + 1);
  else if (isStrict(node)) schema["additionalProperties"] = false;
  if (node["nullable"] === true && typeof schema["type"] === "string") schema["type"] = [schema["type"], "null"];
  return schema;
}

/** Templates of controllers carry `creationTimestamp: null`, which the API takes for absent. */
function property(name: string, part: Json, define: (name: string) => void, depth: number): Json {
  const schema: Json = converted(part, define, depth + 1);
  return name === "creationTimestamp" ? { ...words(part), type: ["string", "null"] } : schema;
}

const isStrict = (node: Schema): boolean =>
  isRecord(node["properties"]) &&
  node["additionalProperties"] === undefined &&
  node["x-kubernetes-preserve-unknown-fields"] !== true &&
  node["x-kubernetes-embedded-resource"] !== true;

const words = (node: Json): Schema => (typeof node?.["description"] === "string" ? { description: node["description"] } : {});

function reference(ref: string, define: (name: string) => void): string {
  const name = ref.split("/").at(-1)!;
  define(name);
  return `#/definitions/${name}`;
}
