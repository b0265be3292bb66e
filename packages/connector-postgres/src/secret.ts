/** DSNs of the reading and the writing role. Without `write` the reading role is all there is. */
export interface PostgresSecret {
  read: string;
  write?: string;
}

const isDsn = (value: unknown): value is string => typeof value === "string" && /^postgres(ql)?:\/\//.test(value);

/** Checks the shape of a decrypted secret; the message never holds it. */
export function readSecret(json: unknown): PostgresSecret {
  const secret = typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  if (!isDsn(secret.read)) throw new Error("The secret needs `read`, a postgres:// URL");
  if (secret.write !== undefined && !isDsn(secret.write)) throw new Error("`write` must be a postgres:// URL");
  return secret.write === undefined ? { read: secret.read } : { read: secret.read, write: secret.write };
}
