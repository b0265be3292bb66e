export { canonicalJson } from "./canonical-json.ts";
export { GENESIS, eventHash, type HashedFields } from "./event-hash.ts";
export { verifyChain, type AuditRow, type ChainHead, type ChainVerdict } from "./chain.ts";
