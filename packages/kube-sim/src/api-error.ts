import { qualifiedName, type Resource } from "./registry/resource.ts";

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

type Named = Pick<Resource, "group" | "plural" | "kind">;

/** A refusal, as a client receives it: a `Status` body with its HTTP code. The wording is the server's, since people and programs read it. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): Record<string, unknown> {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

const details = (resource: Named, name: string): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.plural,
});

export const notFound = (resource: Named, name: string): ApiError =>
  new ApiError(404, "NotFound", `${qualifiedName(resource)} "${name}" not found`, details(resource, name));

/** No such path; kubectl says from it that the server has no such resource type. */
export const noSuchPath = (): ApiError => new ApiError(404, "NotFound", "the server could not find the requested resource", {});

export const alreadyExists = (resource: Named, name: string): ApiError =>
  new ApiError(409, "AlreadyExists", `${qualifiedName(resource)} "${name}" already exists`, details(resource, name));

export const conflict = (resource: Named, name: string, why: string): ApiError =>
  new ApiError(409, "Conflict", `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`, details(resource, name));

export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export const badRequest = (message: string): ApiError => new ApiError(400, "BadRequest", message);

export const forbidden = (resource: Named, name: string, why: string): ApiError =>
  new ApiError(
    403,
    "Forbidden",
    `${qualifiedName(resource)}${name === "" ? "" : ` "${name}"`} is forbidden: ${why}`,
    details(resource, name),
  );

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

export const unsupportedMediaType = (given: string, supported: readonly string[]): ApiError =>
  new ApiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(", ")}`,
    { causes: [{ message: given, field: "Content-Type" }] },
  );

export const notAcceptable = (supported: readonly string[]): ApiError =>
  new ApiError(406, "NotAcceptable", `only the following media types are accepted: ${supported.join(", ")}`);

export const expired = (message: string): ApiError => new ApiError(410, "Expired", message);

export const internalError = (message: string): ApiError =>
  new ApiError(500, "InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });

export const tooManyRequests = (message: string, causes: StatusCause[], retryAfterSeconds?: number): ApiError =>
  new ApiError(429, "TooManyRequests", message, { causes, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });

/** One thing wrong with a field. */
export interface FieldProblem {
  reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTypeInvalid";
  field: string;
  message: string;
}

const shown = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value ?? null));

export const required = (field: string, why = ""): FieldProblem => ({
  reason: "FieldValueRequired",
  field,
  message: `Required value${why === "" ? "" : `: ${why}`}`,
});

export const invalidValue = (field: string, value: unknown, why: string): FieldProblem => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${shown(value)}: ${why}`,
});

export const unsupportedValue = (field: string, value: unknown, values: readonly string[]): FieldProblem => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${shown(value)}: supported values: ${values
    .map((one) => JSON.stringify(one))
    .toSorted()
    .join(", ")}`,
});

export const duplicateValue = (field: string, value: unknown): FieldProblem => ({
  reason: "FieldValueDuplicate",
  field,
  message: `Duplicate value: ${shown(value)}`,
});

export const forbiddenValue = (field: string, why: string): FieldProblem => ({
  reason: "FieldValueForbidden",
  field,
  message: `Forbidden: ${why}`,
});

/** 422 with one cause a problem. */
export function invalid(resource: Named, name: string, problems: readonly FieldProblem[]): ApiError {
  const texts = problems.map((problem) => `${problem.field}: ${problem.message}`);
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  return new ApiError(422, "Invalid", `${kind} "${name}" is invalid: ${list}`, {
    name,
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.kind,
    causes: problems.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}
