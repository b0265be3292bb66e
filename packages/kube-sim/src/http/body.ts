import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { ApiError, badRequest, unsupportedMediaType } from "../api-error.ts";
import type { Fields } from "../object.ts";
import { parseMediaType } from "./media-type.ts";
import { decodeProtobuf, PROTOBUF } from "./protobuf.ts";

/** The largest request the server reads, as etcd's default limit has it. */
const MOST_BYTES = 3 * 1024 * 1024;

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MOST_BYTES}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";

/** A document sent as JSON, YAML or protobuf. An absent type is JSON. */
export function readDocument(bytes: Buffer, contentType: string | undefined): Fields {
  const { type } = parseMediaType(contentType ?? JSON_TYPE);
  switch (type) {
    case JSON_TYPE:
    case "":
      return readJson(bytes) as Fields;
    case YAML_TYPE:
      return readYaml(bytes) as Fields;
    case PROTOBUF:
      return decodeProtobuf(bytes);
    default:
      throw unsupportedMediaType(type, [JSON_TYPE, YAML_TYPE, PROTOBUF]);
  }
}

export function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw badRequest(`the body of the request is no valid JSON: ${(error as Error).message}`);
  }
}

/** YAML holds JSON as well; aliases are bounded by the parser. */
export function readYaml(bytes: Buffer): unknown {
  try {
    return parse(bytes.toString("utf8"), { schema: "core" });
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}
