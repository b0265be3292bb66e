import { createHash } from "node:crypto";
import type { Resolution } from "@interlock/connector";
import type { Binding, PlannedWrite } from "./gate/planned-write.ts";
import type { KubeObject } from "./gate/json.ts";
import type { CommandPlan } from "./planning.ts";

/**
 * What will be sent, as bytes to be stored encrypted: the requests with their bodies, and what is needed to see whether anything has drifted
 * since. A change of its form needs another number.
 */
const FORM = 1;

interface Stored {
  form: typeof FORM;
  fingerprintKey: string;
  writes: (Omit<PlannedWrite, "stored"> & { method: string; url: string; headers: Record<string, string>; body: string })[];
}

export interface Work {
  fingerprintKey: Buffer;
  writes: PlannedWrite[];
}

/** Undefined where nothing would be written. */
export function sealWork({ lines, fingerprintKey }: CommandPlan): Uint8Array | undefined {
  const writes = lines.flatMap((line) => line.writes);
  if (writes.length === 0) return undefined;
  const stored: Stored = {
    form: FORM,
    fingerprintKey: fingerprintKey.toString("base64"),
    writes: writes.map(({ stored: { method, url, headers, body }, ...write }) => ({
      ...write,
      method,
      url,
      headers,
      body: body.toString("base64"),
    })),
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
    writes: stored.writes.map(({ url, headers, body, ...write }) => ({
      ...(write as Omit<PlannedWrite, "stored"> & { bindings: Binding[]; before?: KubeObject; after?: KubeObject }),
      stored: { sensitive: true, method: write.method, url, headers, body: Buffer.from(body, "base64") },
    })),
  };
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const workLine = (work: Uint8Array): string => `~work=sha256:${hash(work)}`;

/** A line for each request, with what it names and the hash of its body, and one for all of them together. */
export function resolutionOf(plan: CommandPlan, namespace: string, work: Uint8Array | undefined): Resolution {
  const requests = plan.lines
    .flatMap((line) => line.writes)
    .map(({ index, stored, uid, resourceVersion }) => {
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
