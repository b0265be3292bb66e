import { z } from "zod";
import { Person } from "./command.ts";
import { Role } from "./principal.ts";

export const Severity = z.enum(["SEV-1", "SEV-2", "SEV-3", "SEV-4"]);
export type Severity = z.infer<typeof Severity>;

export const Document = z.object({ id: z.string(), roomId: z.string(), name: z.string(), connectionId: z.string(), language: z.string() });
export type Document = z.infer<typeof Document>;

export const RoomMember = Person.extend({ role: Role, online: z.boolean() });
export type RoomMember = z.infer<typeof RoomMember>;

export const Room = z.object({
  id: z.string(),
  /** Short human number, e.g. `INC-482`. */
  code: z.string(),
  title: z.string(),
  severity: Severity.optional(),
  open: z.boolean(),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().optional(),
  members: z.array(RoomMember),
  /** Commands awaiting review or held. */
  waiting: z.number().int().nonnegative(),
});
export type Room = z.infer<typeof Room>;

/** One line of the room's timeline, made from an audit event. */
export const TimelineEntry = z.object({
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  actor: Person.optional(),
  type: z.string(),
  commandId: z.string().optional(),
  /** Of a shell that has ended, or its recording. */
  terminalId: z.string().optional(),
  /** What happened, without the actor, e.g. `approved DELETE orders`. */
  text: z.string(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;
