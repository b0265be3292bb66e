import type { User } from "../cluster.ts";

/** How a write was asked for. */
export interface WriteOptions {
  user: User;
  /** Everything but the storing is done. */
  dryRun: boolean;
  fieldManager: string;
  /** What happens with fields nobody knows: dropped in silence, with a warning, or the write refused. */
  fieldValidation: "Ignore" | "Warn" | "Strict";
  /** `status`, `scale` … when the write goes there. */
  subresource?: string;
  /** Server-side apply: take fields over. */
  force?: boolean;
  /** Sentences for `Warning` headers; writes add to it. */
  warnings: string[];
}

/** What is in DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: "Background" | "Foreground" | "Orphan";
  preconditions?: { uid?: string; resourceVersion?: string };
}
