import { FINAL_STATES, ok, refuse, STANDARD_INPUT, type CommandState, type Outcome, type Principal } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { filesOf, readRow } from "./command-row.ts";
import type { Envelope } from "./envelope.ts";
import type { Proposal } from "./proposal.ts";
import { undoProposal } from "./undo.ts";

export interface Repeat {
  principal: Principal;
  commandId: string;
  key?: string;
}

/**
 * A proposal of the same text on the same terms, for a command that is over: what it names has changed since it was agreed to, say. Whoever
 * wrote it stays its author, so nobody comes to review their own text by having it proposed again (I4).
 */
export async function repeated(life: Life, { commandId, principal, key }: Repeat): Promise<Outcome<Proposal>> {
  const row = await readRow(life.db, commandId);
  if (row === null) return refuse("not_found");
  if (!FINAL_STATES.has(row.state as CommandState))
    return refuse("wrong_state", `It is ${row.state}; only what is over is proposed again.`);
  if (row.upload !== null) return refuse("bad_request", "Its bytes are kept no longer than it takes to put them there; send them again.");
  const terms = {
    principal,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.maxRows === null ? {} : { maxRows: row.maxRows }),
    ...(key === undefined ? {} : { key }),
    dryRun: row.dryRun,
  };
  if (row.undoOfId !== null) return undoProposal(life, { ...terms, commandId: row.undoOfId });
  const stored = JSON.parse(row.envelope) as Pick<Envelope, "files" | "hosts">;
  const files = await filesOf(life.db, row.id, stored.files);
  if (files === undefined) return refuse("digest_mismatch", "A stored file is not the one that was sealed.");
  const named = files.filter(({ name }) => name !== STANDARD_INPUT).map(({ name, content }) => [name, content] as const);
  const stdin = files.find(({ name }) => name === STANDARD_INPUT)?.content;
  const authors = [principal.id, row.proposerId, ...row.authors.map(({ userId }) => userId)];
  return ok({
    ...terms,
    roomId: row.roomId,
    connectionId: row.connectionId,
    text: row.text,
    ...(stored.hosts === undefined
      ? {}
      : { hosts: stored.hosts.each.slice(1).map(({ connectionId }) => connectionId), hostOrder: stored.hosts.order }),
    // The same bytes, whatever has become of the documents they were.
    ...(named.length === 0 ? {} : { files: Object.fromEntries(named) }),
    ...(stdin === undefined ? {} : { stdin }),
    authors: [...new Set(authors)],
    ...(row.documentId === null ? {} : { documentId: row.documentId }),
  });
}
