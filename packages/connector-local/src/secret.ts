import { TargetError } from "@interlock/connector";
import { z } from "zod";

/** Names of the agent's own settings, and of what makes a program load code. */
const REFUSED = /^(INTERLOCK_.*|DATABASE_URL|LD_.*|DYLD_.*|NODE_.*|BASH_ENV|ENV|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|IFS)$/;

const LocalSecretSchema = z.strictObject({
  /** Of this machine, and on the operator's list. */
  account: z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/i),
  /** Where it begins. Absent: the account's home. */
  folder: z.string().startsWith("/").optional(),
  /** Absolute path. Absent: the account's own shell. */
  shell: z.string().startsWith("/").optional(),
  /** All that a shell has of variables beside those of every login (HOME, USER, PATH …): nothing is taken from the agent's own. */
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().regex(/^[^\0]*$/))
    .refine((variables) => Object.keys(variables).every((name) => !REFUSED.test(name)), "names a variable that may not be set")
    .default({}),
});
/** Which account of the agent's machine, as stored (encrypted) for a connection. */
export type LocalSecret = z.infer<typeof LocalSecretSchema>;

/** Checks the shape of a decrypted secret. Throws with a message that names fields, never values. */
export function readLocalSecret(json: unknown): LocalSecret {
  const read = LocalSecretSchema.safeParse(json);
  if (read.success) return read.data;
  const places = [...new Set(read.error.issues.map(({ path }) => String(path[0] ?? "the whole")))].join(", ");
  throw new TargetError("bad_request", `A local connection needs {account, folder?, shell?, environment?}; wrong: ${places}.`);
}
