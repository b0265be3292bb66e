import { z } from "zod";

/** A key that a host of a connection answered with, and what an administrator said of it. */
export const HostKey = z.object({
  id: z.string(),
  /** `host:port`. */
  host: z.string(),
  algorithm: z.string(),
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  fingerprint: z.string(),
  /** `met`: nobody has said anything yet; nothing is sent to such a host. */
  state: z.enum(["met", "approved", "refused"]),
  metAt: z.iso.datetime(),
  decidedBy: z.string().optional(),
  decidedAt: z.iso.datetime().optional(),
});
export type HostKey = z.infer<typeof HostKey>;

export const HostKeys = z.object({ keys: z.array(HostKey) });
export type HostKeys = z.infer<typeof HostKeys>;

/** What an administrator says of a key. `fingerprint` is the one that was compared with the host's own. */
export const HostKeyDecision = z.object({ decision: z.enum(["approve", "refuse"]), fingerprint: z.string().max(200) });
export type HostKeyDecision = z.infer<typeof HostKeyDecision>;
