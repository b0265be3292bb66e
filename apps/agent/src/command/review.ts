import { ok, refuse, type Outcome, type Principal, type Refusal, type Verdict } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { filesOf, readRow, type CommandRow } from "./command-row.ts";
import { openSeal } from "./envelope.ts";
import { judgeAgain, seating } from "./judgement.ts";
import { actingRole, humans, sameHuman, type Human } from "./people.ts";
import type { Seating } from "./seats.ts";
import { change, durably, lockRow, note, type Fact } from "./transition.ts";

export interface ReviewInput {
  principal: Principal;
  commandId: string;
  digest: string;
  decision: "approve" | "reject";
  comment?: string;
}

/** What a review led to: the end of a countdown to wait for, or nothing to do now. */
export interface Reviewed {
  approved: boolean;
  runsAt: Date | null;
}

/**
 * One person's word on one digest. The row is locked, so two last reviews at the same moment are two reviews after each other, and only one
 * of them is the last. Whether somebody is an author is answered before anything about groups (I4).
 */
export async function review(life: Life, input: ReviewInput): Promise<Outcome<Reviewed>> {
  const policy = life.policy.current;
  return durably<Reviewed>(life, async (tx) => {
    await lockRow(tx, input.commandId);
    const row = await readRow(tx, input.commandId);
    if (row === null) return refuse("not_found");
    if (input.digest !== row.digest) return refuse("digest_mismatch");
    const involved = [row.proposerId, ...row.authors.map(({ userId }) => userId), ...row.reviews.map(({ reviewerId }) => reviewerId)];
    const people = await humans(tx, [input.principal.id, ...involved]);
    const reviewer = people.get(input.principal.id);
    const proposer = people.get(row.proposerId);
    if (reviewer === undefined || proposer === undefined) return refuse("forbidden");
    if (writers(row, people).some((author) => sameHuman(author, reviewer))) return refuse("self_review");
    if ((await actingRole(tx, row.roomId, reviewer)) === "observer") return refuse("observer");
    if (row.state !== "awaiting_review") return refuse("wrong_state", `It is ${row.state}.`);
    if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()) return refuse("wrong_state", "It has expired.");
    if (row.reviews.some(({ reviewerId }) => isSame(people, reviewerId, reviewer))) return refuse("already_reviewed");

    // Nobody agrees to a row that says something else than what was sealed; rejecting it is still right.
    const envelope = input.decision === "approve" ? openSeal(row) : undefined;
    if (input.decision === "approve" && (envelope === undefined || (await filesOf(tx, row.id, envelope.files)) === undefined))
      return refuse("digest_mismatch", "The stored command is not the one that was sealed.");

    const verdict = judgeAgain(policy, row, proposer);
    const move = async (state: "approved" | "rejected" | "denied", facts: readonly Fact[], runsAt: Date | null) => {
      const events = await change(tx, row, { from: ["awaiting_review"], data: { state, verdict, runsAt }, facts });
      if (events === undefined) throw new Error("a locked row changed its state");
      return ok({ value: { approved: state === "approved", runsAt }, events });
    };
    if (verdict.decision === "deny") {
      const data = { title: row.title, rules: verdict.rules, message: verdict.message };
      return move("denied", [{ type: "command.denied", actor: "system", data }], null);
    }
    const seats = seating(verdict, row, people, reviewer);
    const unseated = seatless(input, verdict, seats, reviewer);
    if (unseated !== undefined) return unseated;

    // Seats are given out anew with every approval, so that somebody who fits two groups moves for somebody who fits one.
    for (const { id, reviewerId, group } of row.reviews) {
      const better = seats.seats.get(reviewerId);
      if (better !== undefined && better !== group) await tx.review.update({ where: { id }, data: { group: better } });
    }
    const group = input.decision === "approve" ? seats.seats.get(reviewer.id) : undefined;
    const comment = input.comment?.trim() === "" ? undefined : input.comment?.trim();
    await tx.review.create({
      data: {
        commandId: row.id,
        reviewerId: reviewer.id,
        digest: input.digest,
        decision: input.decision,
        group: group ?? null,
        comment: comment ?? null,
      },
    });
    const facts: Fact[] = [
      {
        type: "command.reviewed",
        actor: reviewer.name,
        data: { title: row.title, digest: input.digest, decision: input.decision, group: group ?? null },
      },
    ];
    if (input.decision === "reject") {
      facts.push({ type: "command.rejected", actor: reviewer.name, data: { title: row.title } });
      return move("rejected", facts, null);
    }
    if (!seats.full) {
      await tx.command.update({ where: { id: row.id }, data: { verdict, updatedAt: new Date() } });
      return ok({ value: { approved: false, runsAt: null }, events: await note(tx, row, facts) });
    }
    const runsAt = new Date(Date.now() + verdict.obligations.countdownMs);
    facts.push({ type: "command.approved", actor: "system", data: { title: row.title, countdownMs: verdict.obligations.countdownMs } });
    return move("approved", facts, runsAt);
  });
}

function writers(row: CommandRow, people: Map<string, Human>): Human[] {
  return [row.proposerId, ...row.authors.map(({ userId }) => userId)].flatMap((id) => people.get(id) ?? []);
}

function isSame(people: Map<string, Human>, id: string, reviewer: Human): boolean {
  const other = people.get(id);
  return id === reviewer.id || (other !== undefined && sameHuman(other, reviewer));
}

/** Why this person has no seat, if they have none. A rejection needs the right to a seat, not a free one. */
function seatless(input: ReviewInput, verdict: Verdict, { seats }: Seating, reviewer: Human): Refusal | undefined {
  const groups = verdict.obligations.reviews.map(({ group }) => group);
  if (!groups.some((group) => reviewer.groups.includes(group))) return refuse("not_a_reviewer", `It needs ${groups.join(", ")}.`);
  if (input.decision === "approve" && !seats.has(reviewer.id))
    return refuse("not_a_reviewer", "The seats you could fill are filled; the missing one is another group's.");
  return undefined;
}
