import { z } from "zod";

/** A signed-in person. `identities` are names that stand for the same human; sharing one makes two principals one person (I4). */
export const Principal = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  groups: z.array(z.string()),
  identities: z.array(z.string()),
  /** `#rrggbb`, the same for everybody who sees this person. */
  color: z.string(),
});
export type Principal = z.infer<typeof Principal>;

/** Room roles. Observers only observe (I8). */
export const Role = z.enum(["lead", "responder", "observer"]);
export type Role = z.infer<typeof Role>;
