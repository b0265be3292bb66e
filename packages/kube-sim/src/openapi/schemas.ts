import type { Fields } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import type { Field, Scalar, StructType, Type } from "@interlock/kube-model/schema";

/** Prefixes of schema names, by the group's name in kube-model's `schema/data`. */
const PREFIX: Readonly<Record<string, string>> = {
  meta: "io.k8s.apimachinery.pkg.apis.meta.v1",
  core: "io.k8s.api.core.v1",
  apps: "io.k8s.api.apps.v1",
  batch: "io.k8s.api.batch.v1",
  autoscaling1: "io.k8s.api.autoscaling.v1",
  autoscaling2: "io.k8s.api.autoscaling.v2",
  policy: "io.k8s.api.policy.v1",
  networking: "io.k8s.api.networking.v1",
  rbac: "io.k8s.api.rbac.v1",
  storage: "io.k8s.api.storage.v1",
  admission: "io.k8s.api.admissionregistration.v1",
  authentication: "io.k8s.api.authentication.v1",
  authorization: "io.k8s.api.authorization.v1",
  certificates: "io.k8s.api.certificates.v1",
  coordination: "io.k8s.api.coordination.v1",
  discovery: "io.k8s.api.discovery.v1",
  events: "io.k8s.api.events.v1",
  scheduling: "io.k8s.api.scheduling.v1",
  node: "io.k8s.api.node.v1",
  apiextensions: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  apiregistration: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
};

const reversed = (group: string): string => group.split(".").toReversed().join(".");

/** Name of a resource's schema. */
export function schemaName(resource: Resource): string {
  if (resource.custom !== undefined) return `${reversed(resource.group)}.${resource.version}.${resource.kind}`;
  return structName(resource.type);
}

function structName(struct: StructType): string {
  const [group, name] = struct.name.split(".") as [string, string];
  return `${PREFIX[group]}.${name}`;
}

const SCALARS: Readonly<Record<Scalar, Fields>> = {
  string: { type: "string" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  bool: { type: "boolean" },
  double: { type: "number", format: "double" },
  bytes: { type: "string", format: "byte" },
  Time: { type: "string", format: "date-time" },
  MicroTime: { type: "string", format: "date-time" },
  Duration: { type: "string" },
  Quantity: { type: "string" },
  IntOrString: { type: "string", format: "int-or-string" },
  RawExtension: { type: "object" },
  FieldsV1: { type: "object" },
  any: { "x-kubernetes-preserve-unknown-fields": true },
};

/** In v3 these are named schemas that may be of two types. */
const EITHER: Readonly<Record<string, Fields>> = {
  Quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  IntOrString: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
};

/**
 * Writes types as the schemas of an OpenAPI document, each once, with the extensions from which clients learn how to merge. `ref` is the prefix
 * of references: `#/definitions/` (v2) or `#/components/schemas/` (v3).
 */
export class SchemaWriter {
  readonly schemas: Record<string, Fields> = {};
  readonly #ref: string;
  readonly #v3: boolean;

  constructor(version: 2 | 3) {
    this.#v3 = version === 3;
    this.#ref = this.#v3 ? "#/components/schemas/" : "#/definitions/";
  }

  /** Adds a resource's own schema, with its group, version and kind. */
  add(resource: Resource): string {
    const name = schemaName(resource);
    const kind = { group: resource.group, kind: resource.kind, version: resource.version };
    if (resource.custom === undefined) this.#struct(resource.type);
    else this.schemas[name] = this.#fields(resource.type);
    const schema = this.schemas[name]!;
    schema["description"] ??= `${resource.kind} in ${resource.group === "" ? "the core group" : resource.group}, ${resource.version}.`;
    schema["x-kubernetes-group-version-kind"] = [kind];
    return name;
  }

  /** The list of a resource. */
  addList(resource: Resource): string {
    const item = this.add(resource);
    const name = `${item}List`;
    this.schemas[name] = {
      description: `A list of ${resource.kind} objects.`,
      type: "object",
      required: ["items"],
      properties: {
        apiVersion: { type: "string" },
        items: { type: "array", items: this.#refTo(item) },
        kind: { type: "string" },
        metadata: {
          type: "object",
          properties: {
            continue: { type: "string" },
            remainingItemCount: { type: "integer", format: "int64" },
            resourceVersion: { type: "string" },
          },
        },
      },
      "x-kubernetes-group-version-kind": [{ group: resource.group, kind: `${resource.kind}List`, version: resource.version }],
    };
    return name;
  }

  #refTo(name: string): Fields {
    const ref = { $ref: `${this.#ref}${name}` };
    return this.#v3 ? { allOf: [ref] } : ref;
  }

  #struct(struct: StructType): string {
    const name = structName(struct);
    if (this.schemas[name] === undefined) {
      this.schemas[name] = {};
      Object.assign(this.schemas[name]!, this.#fields(struct));
    }
    return name;
  }

  #fields(struct: StructType): Fields {
    const properties: Fields = {};
    for (const name of [...struct.fields.keys()].toSorted()) properties[name] = this.#field(struct.fields.get(name)!);
    const required = [...struct.fields.values()].filter((field) => field.required).map((field) => field.name);
    return {
      ...(struct.description === undefined ? {} : { description: struct.description }),
      type: "object",
      ...(required.length > 0 ? { required: required.toSorted() } : {}),
      ...(struct.fields.size > 0 ? { properties } : {}),
      ...(struct.atomic ? { "x-kubernetes-map-type": "atomic" } : {}),
      ...(struct.preserveUnknown ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    };
  }

  #field(field: Field): Fields {
    const schema = this.#type(field.type);
    if (field.description !== undefined) schema["description"] = field.description;
    if (field.default !== undefined) schema["default"] = field.default;
    const strategies = [...(field.merge ? ["merge"] : []), ...(field.retainKeys ? ["retainKeys"] : [])];
    if (strategies.length > 0) schema["x-kubernetes-patch-strategy"] = strategies.join(",");
    if (field.mergeKey !== undefined) schema["x-kubernetes-patch-merge-key"] = field.mergeKey;
    return schema;
  }

  #type(type: Type): Fields {
    switch (type.kind) {
      case "scalar": {
        const either = this.#v3 ? EITHER[type.scalar] : undefined;
        return { ...(either ?? SCALARS[type.scalar]), ...(type.values === undefined ? {} : { enum: [...type.values].toSorted() }) };
      }
      case "list":
        return {
          type: "array",
          items: this.#type(type.of),
          "x-kubernetes-list-type": type.list,
          ...(type.keys.length > 0 ? { "x-kubernetes-list-map-keys": type.keys } : {}),
        };
      case "map":
        return { type: "object", additionalProperties: this.#type(type.of), ...(type.atomic ? { "x-kubernetes-map-type": "atomic" } : {}) };
      case "struct": {
        const builtin = type.name.split(".").length === 2 && PREFIX[type.name.split(".")[0]!] !== undefined;
        return builtin ? this.#refTo(this.#struct(type)) : this.#fields(type);
      }
    }
  }
}
