import { randomUUID } from "node:crypto";
import type { GuardTerms } from "@interlock/policy";
import { ok, refuse, type LineDecision, type Outcome, type Role, type WaitingLine } from "@interlock/protocol";
import { sameHuman } from "../../command/people.ts";
import { seat } from "../../command/seats.ts";
import type { HandedLine, JudgedLine } from "./line-judgement.ts";
import type { ShellGuardParts } from "./shell-guard.ts";

/** Somebody whose keys are in a line. */
export interface Typist {
  id: string;
  name: string;
  identities: readonly string[];
}

export type LineEnd = "run" | "back";

interface Actor extends Typist {
  role: Role;
  groups: readonly string[];
  /** Their keys reach the shell. */
  drives: boolean;
}

interface AskedLineParts extends Pick<ShellGuardParts, "mask" | "record" | "changed" | "stopped"> {
  line: HandedLine;
  judged: JudgedLine;
  guard: readonly GuardTerms[];
  typists: readonly Typist[];
  /** Shown below the line. */
  say: (text: string) => void;
  /** Tells the shell that it is still being decided; it gives the line back when it hears nothing. */
  still: () => void;
  over: (end: LineEnd) => void;
}

/** How long a line waits for people. */
const WAIT_MS = 15 * 60_000;
/** A shell waits a minute for the next word. */
const STILL_MS = 20_000;

/** A line that waits for people. What is decided is in the log before the shell hears of it (I1), and holds for the very bytes (I2). */
export class AskedLine {
  readonly #parts: AskedLineParts;
  readonly #id = randomUUID();
  readonly #askedAt = Date.now();
  readonly #approvers = new Map<string, Actor>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** People see it and decide about it. */
  #shown = false;
  /** Who is agreeing to it. */
  readonly #approving = new Set<string>();
  /** Decided, and being written down. */
  #ending: LineEnd | undefined;
  #byDriver = false;
  /** Who pressed Ctrl-C while it was written down that it runs. */
  #takenBack: string | undefined;
  #over = false;

  constructor(parts: AskedLineParts) {
    this.#parts = parts;
  }

  /** Decides about `line` where it still waits. */
  static async decide(
    line: AskedLine | undefined,
    actor: Actor,
    { lineId, digest, decision }: { lineId: string; digest: string; decision: LineDecision },
  ): Promise<Outcome<void>> {
    if (line === undefined || line.#id !== lineId || !line.#open || line.#ending !== undefined)
      return refuse("wrong_state", "It was decided already, or given back; the shell shows which.");
    if (digest !== line.#parts.line.digest) return refuse("digest_mismatch");
    return line.#decide(actor, decision);
  }

  begin(): void {
    void this.#begin();
  }

  /** Whoever drives has decided: what is typed from here on is for what comes then. Where others did, who types does not know of it yet. */
  get decidedByDriver(): boolean {
    return this.#byDriver;
  }

  get #open(): boolean {
    return this.#shown && !this.#over;
  }

  view(): WaitingLine | undefined {
    if (!this.#open) return undefined;
    const { line, judged, typists, mask } = this.#parts;
    const text = line.text ?? "";
    const shown = mask(text);
    return {
      id: this.#id,
      text: shown,
      masked: shown !== text,
      digest: line.digest,
      decision: judged.decision === "ask" ? "ask" : "confirm",
      typedBy: typists.map(({ id }) => id),
      effect: judged.effect,
      title: mask(judged.title),
      parts: judged.parts.map((part) => ({ effect: part.effect, text: mask(part.text), title: mask(part.title) })),
      warnings: judged.warnings.map(mask),
      rules: judged.rules,
      message: this.#message(),
      reviews: judged.reviews,
      approvedBy: [...this.#approvers.keys()],
      askedAt: new Date(this.#askedAt).toISOString(),
      until: new Date(this.#askedAt + WAIT_MS).toISOString(),
    };
  }

  /** Whoever drives takes it back. */
  async giveBack(by: string): Promise<void> {
    if (this.#ending === undefined) await this.#end("back", by, "taken back", true);
    else if (this.#ending === "run") {
      this.#takenBack ??= by;
      this.#byDriver = true;
    }
  }

  /** The shell has gone on, or is gone. */
  close(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #begin(): Promise<void> {
    const { judged, say, typists } = this.#parts;
    this.#timers.push(setInterval(() => this.#parts.still(), STILL_MS).unref());
    // One that is only confirmed is in the log once it is decided: nobody else is asked.
    const asked =
      judged.decision === "confirm" ||
      (await this.#record("terminal.line_asked", typists[0]?.name ?? "system", { decision: judged.decision, message: this.#message() }));
    if (this.#over || this.#ending !== undefined) return;
    const does = this.#parts.mask(judged.title);
    if (!asked || judged.decision === "deny") {
      say(`interlock: not run. ${does}: ${asked ? this.#message() : "the audit log cannot be written."}`);
      return this.#finish("back");
    }
    const who = judged.decision === "confirm" ? "Confirm it in the pane" : `Waiting for ${wanted(judged.reviews)} to agree`;
    say(`interlock: ${does}. ${who}; Ctrl-C gives the line back.`);
    this.#shown = true;
    this.#parts.changed();
    this.#timers.push(setTimeout(() => void this.#end("back", "system", "nobody decided in time", false), WAIT_MS).unref());
  }

  async #decide(actor: Actor, decision: LineDecision): Promise<Outcome<void>> {
    const { judged } = this.#parts;
    if (decision === "run" || decision === "back") {
      if (!actor.drives) return refuse("not_driving", "Who types in the shell confirms a line or takes it back.");
      if (decision === "run" && judged.decision !== "confirm") return refuse("forbidden", "Others have to agree to this line.");
      return this.#end(decision, actor.name, decision === "run" ? "confirmed" : "taken back", true);
    }
    if (judged.decision !== "ask") return refuse("forbidden", "Whoever types in the shell confirms this line.");
    const may = this.#mayReview(actor);
    if (!may.ok) return may;
    if (decision === "reject") {
      return this.#end("back", actor.name, "rejected", false);
    }
    if (this.#approving.has(actor.id)) return ok(undefined);
    this.#approving.add(actor.id);
    if (!(await this.#record("terminal.line_reviewed", actor.name, { decision: "approve" }))) {
      this.#approving.delete(actor.id);
      return refuse("audit_unavailable");
    }
    this.#approvers.set(actor.id, actor);
    this.#parts.changed();
    const approvers = [...this.#approvers.values()];
    if (judged.reviews.length > 0 && !seat(judged.reviews, approvers).full) return ok(undefined);
    return this.#end("run", actor.name, `approved by ${approvers.map(({ name }) => name).join(" and ")}`, false);
  }

  /** Whether this person is another human than those who typed it (I4), and is one who is wanted. */
  #mayReview(actor: Actor): Outcome<void> {
    const { typists, judged } = this.#parts;
    if (actor.role === "observer") return refuse("observer");
    if (actor.drives || typists.some((typist) => sameHuman(typist, actor)))
      return refuse("self_review", "Whoever typed a line, or drives the shell, cannot agree to it.");
    if (judged.reviews.length > 0 && !judged.reviews.some(({ group }) => actor.groups.includes(group)))
      return refuse("not_a_reviewer", `It needs ${wanted(judged.reviews)}.`);
    return ok(undefined);
  }

  async #end(end: LineEnd, by: string, why: string, byDriver: boolean): Promise<Outcome<void>> {
    if (this.#over || this.#ending !== undefined)
      return refuse("wrong_state", "It was decided already, or given back; the shell shows which.");
    this.#ending = end;
    this.#byDriver = byDriver;
    let said = { end, by, why };
    let recorded = await this.#recordEnd(said);
    // What happened while it was written that it runs: it was taken back, or nothing may be typed any more.
    const stopped = end === "run" ? this.#parts.stopped() : undefined;
    if (recorded && (this.#takenBack !== undefined || stopped !== undefined)) {
      said =
        this.#takenBack === undefined
          ? { end: "back", by: "system", why: stopped! }
          : { end: "back", by: this.#takenBack, why: "taken back" };
      recorded = await this.#recordEnd(said);
    }
    if (this.#over) return refuse("wrong_state", "The shell gave the line up before that was written down.");
    const outcome = recorded ? said.end : "back";
    const told = said.by === "system" ? said.why : `${said.why} by ${said.by}`;
    const back = recorded ? told : "the audit log cannot be written";
    this.#parts.say(`interlock: ${outcome === "run" ? said.why : `not run, ${back}`}`);
    this.#finish(outcome);
    if (!recorded) return refuse("audit_unavailable");
    return stopped === undefined ? ok(undefined) : refuse("forbidden", stopped);
  }

  #recordEnd({ end, by, why }: { end: LineEnd; by: string; why: string }): Promise<boolean> {
    return this.#record("terminal.line_decided", by, {
      outcome: end,
      why,
      approvedBy: [...this.#approvers.values()].map(({ name }) => name),
    });
  }

  #finish(end: LineEnd): void {
    this.#ending = end;
    this.close();
    this.#parts.over(end);
  }

  #message(): string {
    const { guard, judged } = this.#parts;
    const effects = judged.effects.join(", ");
    const said = {
      allow: "",
      confirm: `Lines that do this (${effects}) are confirmed here.`,
      ask: `Lines that do this (${effects}) need ${wanted(judged.reviews)} to agree here.`,
      deny: `Lines that do this (${effects}) do not run here.`,
    }[judged.decision];
    const rules = guard.filter(({ rule }) => judged.rules.includes(rule)).map(({ rule }) => rule);
    return `${said} Rule ${rules.join(", ")}.`;
  }

  #record(type: Parameters<ShellGuardParts["record"]>[0], actor: string, data: Record<string, string | string[]>): Promise<boolean> {
    const { line, judged, typists, mask } = this.#parts;
    return this.#parts.record(type, actor, {
      lineId: this.#id,
      line: mask(line.text ?? "(not UTF-8)"),
      digest: line.digest,
      effect: judged.effect,
      rules: judged.rules,
      typedBy: typists.map(({ name }) => name),
      ...data,
    });
  }
}

/** `one of platform`, `2 of platform and one of dba`, `somebody else of the room`. */
function wanted(reviews: WaitingLine["reviews"]): string {
  if (reviews.length === 0) return "somebody else of the room";
  return reviews.map(({ count, group }) => `${count === 1 ? "somebody" : count} of ${group}`).join(" and ");
}
