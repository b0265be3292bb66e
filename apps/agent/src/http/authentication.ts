import type { Principal } from "@interlock/protocol";

/** Who sends a request. `sessionId` is present for browsers, absent for bearer tokens. */
export interface Identity {
  principal: Principal;
  sessionId?: string;
}

/** Undefined for nobody. Requests from other sites are refused before this is asked (see server.ts). */
export type Authenticate = (request: Request) => Promise<Identity | undefined>;
