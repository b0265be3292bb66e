import { createHash } from "node:crypto";
import type { Resolution } from "@interlock/connector";
import type { KubeObject } from "@interlock/kube-model";
import type { Consequences } from "./apply/consequences.ts";
import type { Binding, PlannedWrite } from "./gate/planned-write.ts";

/**
 * What will be sent, as bytes to be stored encrypted: the requests with their bodies, and what is needed to see whether anything has drifted
 * since. A change of its form needs another number.
 */
const FORM = 4;

interface Stored {
  form: typeof FORM;
  fingerprintKey: string;
  writes: (Omit<PlannedWrite, "stored"> & {
    method: string;
    url: string;
    headers: Record<string, string>;
    body: string;
    ifTaken?: string;
  })[];
  agreed: Consequences;
}

export interface Work {
  fingerprintKey: Buffer;
  writes: readonly PlannedWrite[];
  /** What it was said to lead to. */
  agreed: Consequences;
}

/** Undefined where nothing would be written. */
export function sealWork({ writes, fingerprintKey, agreed }: Work): Uint8Array | undefined {
  if (writes.length === 0) return undefined;
  const stored: Stored = {
    form: FORM,
    fingerprintKey: fingerprintKey.toString("base64"),
    writes: writes.map(({ stored: { method, url, headers, body, ifTaken }, ...write }) => ({
      ...write,
      method,
      url,
      headers,
      body: body.toString("base64"),
      ...(ifTaken === undefined ? {} : { ifTaken: ifTaken.toString("base64") }),
    })),
    agreed,
  };
  return Buffer.from(JSON.stringify(stored));
}

/** Undefined when it is not what these lines of a resolution say. */
export function openWork(work: Uint8Array, targets: readonly string[]): Work | undefined {
  if (!targets.includes(workLine(work))) return undefined;
  const stored = JSON.parse(Buffer.from(work).toString()) as Stored;
  if (stored.form !== FORM) return undefined;
  return {
    fingerprintKey: Buffer.from(stored.fingerprintKey, "base64"),
    agreed: stored.agreed,
    writes: stored.writes.map(({ url, headers, body, ifTaken, ...write }) => ({
      ...(write as Omit<PlannedWrite, "stored"> & { bindings: Binding[]; before?: KubeObject; after?: KubeObject }),
      stored: {
        sensitive: true,
        method: write.method,
        url,
        headers,
        body: Buffer.from(body, "base64"),
        ...(ifTaken === undefined ? {} : { ifTaken: Buffer.from(ifTaken, "base64") }),
      },
    })),
  };
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const workLine = (work: Uint8Array): string => `~work=sha256:${hash(work)}`;

/** A line for each request, with what it names and the hash of its body, and one for all of them together. */
export function resolutionOf(writes: readonly PlannedWrite[], namespace: string, work: Uint8Array | undefined): Resolution {
  const requests = writes.map(({ index, stored, uid, resourceVersion }) => {
    const identity = [uid, resourceVersion].filter((part) => part !== undefined).join("@");
    const number = String(index + 1).padStart(5, "0");
    return `${number} ${stored.method} ${stored.url}=${identity === "" ? "new" : identity}:${hash(stored.body)}`;
  });
  return {
    database: namespace,
    role: "the connection's",
    targets: [...requests, ...(work === undefined ? [] : [workLine(work)])].sort(),
    settings: {},
  };
}
