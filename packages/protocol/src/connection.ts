import { z } from "zod";

export const Environment = z.enum(["prod", "staging", "dev"]);
export type Environment = z.infer<typeof Environment>;

/** A named target as people see it. Never carries the credential. */
export const Connection = z.object({
  id: z.string(),
  name: z.string(),
  connector: z.string(),
  environment: Environment,
  labels: z.record(z.string(), z.string()),
  /** Whether the target answered last time it was asked. */
  status: z.enum(["up", "down", "unknown"]),
  /** What its commands need where the agent runs and do not find there, with how to get it. Absent: nothing. */
  lacks: z.string().optional(),
});
export type Connection = z.infer<typeof Connection>;

export const SchemaColumn = z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), masked: z.boolean() });
export const SchemaObject = z.object({
  name: z.string(),
  kind: z.enum(["table", "partitioned", "view", "materialized", "foreign", "sequence", "function", "type", "workload", "service"]),
  /** Estimated rows, from the target's statistics. */
  rows: z.number().optional(),
  columns: z.array(SchemaColumn),
});
export type SchemaObject = z.infer<typeof SchemaObject>;

/** The catalogue for the schema tree. */
export const SchemaTree = z.object({
  schemas: z.array(z.object({ name: z.string(), objects: z.array(SchemaObject) })),
});
export type SchemaTree = z.infer<typeof SchemaTree>;

export const Completion = z.object({
  label: z.string(),
  kind: z.enum(["schema", "table", "view", "column", "function", "keyword", "type"]),
  detail: z.string().optional(),
  insert: z.string(),
  /** UTF-16 range this replaces, end exclusive. */
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});
export type Completion = z.infer<typeof Completion>;
