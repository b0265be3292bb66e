import { createHash, randomBytes } from "node:crypto";

/** A new bearer token or ticket: 32 random bytes, base64url. Shown once, never stored. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** What is stored of it: SHA-256, hex. Tokens are random, so no salt and no slow hash is needed. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
