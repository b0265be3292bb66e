import type { Resolution, Planned, ImpactOptions } from "./connector.ts";
import type { ApprovedWrite } from "./execute.ts";

/** Most rows that are kept of one run, and most bytes of their values: beyond it an undo is a restore, not a command. */
export const CAPTURE_LIMITS = { maxRows: 200_000, maxBytes: 64 * 1024 * 1024 } as const;

/** The rows of one table that a run wrote. */
export interface UndoTable {
  /** `schema.name` of the table that stores the rows. */
  object: string;
  /** OID it had, so that a table of the same name made since is not taken for it. */
  oid: number;
  /** Stored columns in the order of the images; generated ones are left out. */
  columns: { name: string; type: string }[];
  /** Settings under which the values were written as text, e.g. `DateStyle`; they are read back under the same. */
  settings: Record<string, string>;
  /** Names of the columns that find a row: the primary key or another unique, not null one. */
  key: string[];
  /** Values in the server's own text form, `null` for NULL. Without `before` the row was inserted, without `after` deleted. */
  rows: { before?: (string | null)[]; after?: (string | null)[] }[];
}

/** What a run changed, in the order it was done. Holds people's data unmasked: it is stored encrypted and never shown. */
export type UndoImage = RowsImage | ObjectsImage;

export interface RowsImage {
  tables: UndoTable[];
}

/** Of a target without transactions: what was done before a failure stays, and can be put back as well. */
export interface ObjectsImage {
  /** How many would be put back. */
  objects: number;
  /** The connector's own form. */
  kept: string;
}

export interface UndoOptions extends ImpactOptions {
  /** What was changed since is left as it is, and the rest is put back. */
  rest?: boolean;
}

export interface ForeseenUndo extends Planned {
  /** What people read; absent: the statements' texts, joined by line ends. */
  text?: string;
}

export interface UndoRequest {
  /** As for a run: what the undo's own impact foretold, triggers included; more is rolled back. */
  guard: { approved: ApprovedWrite[] };
  /** What `foreseeUndo` made, where it made something, and the resolution it was sealed with. */
  work?: { bytes: Uint8Array; resolution: Resolution };
  timeoutMs: number;
  applicationName: string;
  dryRun?: boolean;
}

/** A row or object that is not as the run left it. `key` may be a person's data: mask before it is shown. */
export interface UndoConflict {
  object: string;
  /** Empty where `object` is the thing itself. */
  key: Record<string, string | null>;
  /** `changed`: other values now; `gone`: the row is no longer there; `exists`: one with this key was made since; `blocked`: the server refused. */
  reason: "changed" | "gone" | "exists" | "blocked";
  /** In the target's own words, unmasked. */
  why?: string;
}
