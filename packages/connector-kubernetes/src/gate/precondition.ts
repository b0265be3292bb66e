import { bodyMetadata, changeMetadata, jsonBody, type Body } from "./body.ts";
import { Overlay } from "./overlay.ts";

/** Whether a precondition in the body would be kept with the object: the server copies what kubectl applies into an annotation. */
export function isCopied(body: Body): boolean {
  return body.encoding === "json" && body.patch === "apply";
}

/** The same body, refused by the server when the name stands for another object by then. */
export function withPrecondition(body: Body, uid: string): Body {
  if (isCopied(body)) return body;
  if (body.encoding === "json" && body.patch === "json") {
    const operations = Array.isArray(body.value) ? body.value : [];
    return jsonBody([{ op: "test", path: "/metadata/uid", value: uid }, ...operations], "json");
  }
  const given = bodyMetadata(body);
  let guarded = given.uid === undefined ? changeMetadata(body, { uid }) : body;
  // A version of the plan's own cannot be put into protobuf later, whose texts carry their length.
  if (guarded.encoding === "protobuf" && Overlay.isPlannedVersion(given.resourceVersion)) {
    guarded = changeMetadata(guarded, { resourceVersion: undefined });
  }
  return guarded;
}
