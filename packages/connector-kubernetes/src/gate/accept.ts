/** What a client takes, in its order; only the forms of JSON that the gate can see into. */
export type Form = "table" | "metadata" | "plain";

export interface Accepted {
  /** Sent to the cluster. */
  header: string;
  /** In the client's order; empty when it takes no JSON. */
  forms: { form: Form; version: string }[];
}

/**
 * The Accept header of a read of resources without protobuf and CBOR, which carry the same objects: what the gate shows it must be able
 * to change.
 */
export function readAccept(header: string | undefined): Accepted {
  const kept: string[] = [];
  const forms: Accepted["forms"] = [];
  for (const part of (header ?? "*/*").split(",")) {
    const [type, ...parameters] = part.split(";").map((item) => item.trim());
    if (type === "*/*" || type === "application/*") {
      kept.push("application/json");
      forms.push({ form: "plain", version: "" });
      continue;
    }
    if (type !== "application/json") continue;
    const given = new Map(parameters.map((item) => item.split("=", 2) as [string, string]));
    const as = given.get("as");
    const version = given.get("v") ?? "";
    if ([...given].some(([key, value]) => !/^(as|v|g|q|charset|stream)$/.test(key) || !/^[A-Za-z0-9.-]*$/.test(value ?? ""))) continue;
    if (given.get("stream") !== undefined && given.get("stream") !== "watch") continue;
    if (as === undefined) forms.push({ form: "plain", version: "" });
    else if (as === "Table") forms.push({ form: "table", version });
    else if (/^PartialObjectMetadata(List)?$/.test(as)) forms.push({ form: "metadata", version });
    else continue;
    kept.push([type, ...parameters].join(";"));
  }
  // A client that takes protobuf only is answered in JSON, as a server without protobuf would.
  if (kept.length === 0) return { header: "application/json", forms: [{ form: "plain", version: "" }] };
  return { header: kept.join(","), forms };
}
