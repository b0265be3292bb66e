import type { IncomingMessage, ServerResponse } from "node:http";
import { badRequest } from "../api-error.ts";
import type { User } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import type { WriteOptions } from "../write/options.ts";
import { readDryRun } from "../write/remove.ts";
import type { Answer } from "./media-type.ts";

/** One request to a resource, taken apart and allowed. */
export interface ResourceRequest {
  user: User;
  method: string;
  resource: Resource;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  query: URLSearchParams;
  contentType: string | undefined;
  body: Buffer;
  answer: Answer;
  userAgent: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** Sentences for `Warning` headers. */
  warnings: string[];
}

/** What is sent back: a document with its code. */
export interface Reply {
  code: number;
  document: Fields | KubeObject;
}

const VALIDATION = ["Ignore", "Warn", "Strict"] as const;

export function writeOptions(of: ResourceRequest): WriteOptions {
  const { query } = of;
  const validation = query.get("fieldValidation") || "Warn";
  const fieldValidation = VALIDATION.find((one) => one === validation);
  if (fieldValidation === undefined)
    throw badRequest(`fieldValidation: Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`);
  const isApply = of.contentType?.startsWith("application/apply-patch") === true;
  return {
    user: of.user,
    dryRun: readDryRun(query.getAll("dryRun")),
    // A client that does not say who it is goes by the beginning of its user agent; an apply has to say.
    fieldManager: query.get("fieldManager") || (isApply ? "" : of.userAgent.split("/")[0]!.slice(0, 128) || "unknown"),
    fieldValidation,
    force: query.get("force") === "true",
    warnings: of.warnings,
    ...(of.subresource === undefined ? {} : { subresource: of.subresource }),
  };
}
