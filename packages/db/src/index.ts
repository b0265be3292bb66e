export { createDb, poolOf, type Db, type DbOptions, type Tx } from "./client.ts";
export { Prisma } from "./generated/client.ts";
export type * from "./generated/client.ts";
export {
  appendAudit,
  appendAudits,
  auditEventOf,
  auditHead,
  auditRows,
  readAudit,
  type AuditEventRow,
  type NewAuditEvent,
} from "./audit-log.ts";
export { DEMO_PASSWORD, DEMO_USERS } from "./demo.ts";
export { listen } from "./listen.ts";
export { hashPassword, verifyPassword } from "./password.ts";
export { notifyRevoked, readRevocation, REVOKED_CHANNEL, type Revocation } from "./revocation.ts";
export { openSecret, sealSecret } from "./sealed-secret.ts";
export { createSession, liveSession, lockUser, principalOf, revokeSession, SESSION_MS, setGroups, type LiveSession } from "./session.ts";
export { issueTicket, redeemTicket } from "./ticket.ts";
export { becomeSoleAgent } from "./sole-agent.ts";
export { hashToken, newToken } from "./token.ts";
