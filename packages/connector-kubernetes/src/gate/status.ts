import type { KubeObject } from "@interlock/kube-model";

export interface Answer {
  status: number;
  body: KubeObject;
  /** Warnings of the server, as it sent them. */
  warnings?: string[];
}

const REASONS: Record<number, string> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/** A failure as the API server words it (meta/v1 Status), which is what clients show. */
export function failure(
  code: number,
  message: string,
  details?: { name?: string; group?: string; kind?: string },
  reason?: string,
): Answer {
  return {
    status: code,
    body: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason: reason ?? REASONS[code] ?? "Unknown",
      ...(details === undefined ? {} : { details }),
      code,
    },
  };
}

/** `deployments.apps`, or `pods` in the core group, as messages name a resource. */
export function qualified(group: string, resource: string): string {
  return group === "" ? resource : `${resource}.${group}`;
}

export function notFound(group: string, resource: string, name: string): Answer {
  return failure(404, `${qualified(group, resource)} "${name}" not found`, { name, ...(group === "" ? {} : { group }), kind: resource });
}

export function alreadyExists(group: string, resource: string, name: string): Answer {
  const details = { name, ...(group === "" ? {} : { group }), kind: resource };
  return failure(409, `${qualified(group, resource)} "${name}" already exists`, details, "AlreadyExists");
}

export function conflict(group: string, resource: string, name: string, why: string): Answer {
  const details = { name, ...(group === "" ? {} : { group }), kind: resource };
  return failure(409, `Operation cannot be fulfilled on ${qualified(group, resource)} "${name}": ${why}`, details);
}

export function success(group: string, resource: string, name: string, uid: string | undefined): Answer {
  const details = { name, ...(group === "" ? {} : { group }), kind: resource, ...(uid === undefined ? {} : { uid }) };
  return { status: 200, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details } };
}
