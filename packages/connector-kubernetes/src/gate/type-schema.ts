import { isRecord, type Json } from "@interlock/kube-model";

/** How lists and maps of a type are merged, out of the cluster's OpenAPI v3 document of one group and version. */
export class TypeSchema {
  readonly #schemas: Record<string, Json>;
  readonly #node: Json;

  private constructor(schemas: Record<string, Json>, node: Json) {
    this.#schemas = schemas;
    this.#node = node;
  }

  /** The schema of `kind`, undefined when the document has none. */
  static find(document: Json, group: string, version: string, kind: string): TypeSchema | undefined {
    const schemas: Json = document?.["components"]?.["schemas"];
    if (!isRecord(schemas)) return undefined;
    const found = Object.values(schemas).find((schema) => {
      const kinds: Json = schema?.["x-kubernetes-group-version-kind"];
      return Array.isArray(kinds) && kinds.some((item) => item.group === group && item.version === version && item.kind === kind);
    });
    return found === undefined ? undefined : new TypeSchema(schemas, found);
  }

  /** A property or value as a schema of its own, references followed; extensions stand beside a reference or under it. */
  #resolved(node: Json): Json {
    let all: Record<string, Json> = {};
    const visit = (part: Json, depth: number): void => {
      if (!isRecord(part) || depth > 8) return;
      if (typeof part["$ref"] === "string") visit(this.#schemas[part["$ref"].split("/").at(-1)!], depth + 1);
      if (Array.isArray(part["allOf"])) for (const item of part["allOf"]) visit(item, depth + 1);
      const { $ref: _ref, allOf: _all, ...own } = part;
      all = { ...all, ...own };
    };
    visit(node, 0);
    return all;
  }

  #attribute(name: string): Json {
    return this.#resolved(this.#node)[name];
  }

  field(name: string): TypeSchema {
    const node = this.#resolved(this.#node);
    const property: Json = isRecord(node["properties"]) ? node["properties"][name] : undefined;
    const value: Json = property ?? (isRecord(node["additionalProperties"]) ? node["additionalProperties"] : {});
    return new TypeSchema(this.#schemas, value);
  }

  get item(): TypeSchema {
    return new TypeSchema(this.#schemas, this.#attribute("items") ?? {});
  }

  /** For strategic merge patches: the key that tells items of a list apart. */
  get mergeKey(): string | undefined {
    return this.#attribute("x-kubernetes-patch-merge-key");
  }

  get patchStrategies(): readonly string[] {
    const strategy: Json = this.#attribute("x-kubernetes-patch-strategy");
    return typeof strategy === "string" ? strategy.split(",") : [];
  }

  /** For server-side apply. A list without a type is atomic. */
  get listType(): "atomic" | "set" | "map" {
    return this.#attribute("x-kubernetes-list-type") ?? "atomic";
  }

  get listKeys(): readonly string[] {
    return this.#attribute("x-kubernetes-list-map-keys") ?? [];
  }

  /** A default of a key, which counts when the key is left out (a port's protocol). */
  get defaultValue(): Json {
    return this.#attribute("default");
  }

  get atomicMap(): boolean {
    return this.#attribute("x-kubernetes-map-type") === "atomic";
  }
}
