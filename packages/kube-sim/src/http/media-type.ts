/** One media range of an Accept header. */
export interface MediaType {
  type: string;
  parameters: Readonly<Record<string, string>>;
}

/** Ranges in the order of preference; `q` counts before the order they stand in. */
export function parseAccept(header: string | undefined): MediaType[] {
  if (header === undefined || header.trim() === "") return [{ type: "*/*", parameters: {} }];
  return header
    .split(",")
    .map(parseMediaType)
    .map((one, at) => ({ one, at, q: Number(one.parameters["q"] ?? 1) }))
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q || a.at - b.at)
    .map(({ one }) => one);
}

export function parseMediaType(text: string): MediaType {
  const [type, ...rest] = text.split(";").map((part) => part.trim()) as [string, ...string[]];
  const parameters: Record<string, string> = {};
  for (const part of rest) {
    const at = part.indexOf("=");
    if (at > 0) parameters[part.slice(0, at).toLowerCase()] = part.slice(at + 1).replace(/^"(.*)"$/, "$1");
  }
  return { type: type.toLowerCase(), parameters };
}

/** What a client wants an answer to look like. */
export interface Answer {
  as: "object" | "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  /** Version of meta.k8s.io for the transformed forms. */
  version: string;
  encoding: "json" | "yaml";
}

export const ANSWER_TYPES = ["application/json", "application/yaml"] as const;

/** `undefined` when nothing the client accepts can be served. */
export function negotiate(header: string | undefined): Answer | undefined {
  for (const { type, parameters } of parseAccept(header)) {
    const encoding = ["application/json", "application/*", "*/*"].includes(type)
      ? "json"
      : type === "application/yaml"
        ? "yaml"
        : undefined;
    if (encoding === undefined) continue;
    const as = parameters["as"];
    if (as === undefined) return { as: "object", version: "v1", encoding };
    if (
      parameters["g"] === "meta.k8s.io" &&
      ["v1", "v1beta1"].includes(parameters["v"] ?? "") &&
      ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"].includes(as)
    ) {
      return { as: as as Answer["as"], version: parameters["v"]!, encoding };
    }
  }
  return undefined;
}
