import type { TerminalTerms } from "@interlock/policy";
import { ok, refuse, type Outcome, type Role } from "@interlock/protocol";
import { sameHuman } from "../command/people.ts";

/** Somebody whose browser shows a terminal. */
export interface Looker {
  id: string;
  name: string;
  groups: readonly string[];
  identities: readonly string[];
  role: Role;
}

type ControlTerms = Pick<TerminalTerms, "joining" | "moderators">;

/**
 * Who is at a terminal, whose keys reach it, and whether those are there who must be. One drives, the others watch. A moderator is who has
 * said so, not whoever has a pane open somewhere; and another human than who opened it and than who drives (I4).
 */
export class Control {
  readonly #terms: ControlTerms;
  readonly #opener: Omit<Looker, "role" | "groups">;
  /** By user id, with how many pages of theirs show it. */
  readonly #lookers = new Map<string, { looker: Looker; pages: number }>();
  readonly #moderating = new Set<string>();
  #driverId: string | undefined;
  #asking: string[] = [];

  constructor(terms: ControlTerms, opener: Omit<Looker, "role" | "groups">) {
    this.#terms = terms;
    this.#opener = opener;
    this.#driverId = opener.id;
  }

  get driverId(): string | undefined {
    return this.#driverId;
  }

  /** First come first. */
  get asking(): readonly string[] {
    return this.#asking;
  }

  get lookers(): Looker[] {
    return [...this.#lookers.values()].map(({ looker }) => looker);
  }

  /** Groups of which somebody must be there and nobody is; each entry is one demand. */
  get lacking(): readonly (readonly string[])[] {
    return this.#lackingWith(this.#driverId);
  }

  isModerator(userId: string): boolean {
    return this.#moderating.has(userId);
  }

  /** Whether a person who looks could moderate. */
  mayModerate(userId: string): boolean {
    const looker = this.#lookers.get(userId)?.looker;
    return looker !== undefined && this.#terms.moderators.some((groups) => this.#fits(looker, groups));
  }

  moderate(userId: string, moderating: boolean): Outcome<void> {
    if (!moderating) this.#moderating.delete(userId);
    else if (!this.mayModerate(userId))
      return refuse("forbidden", "Moderators are other people than who opened it, and of the groups that its policy names.");
    else this.#moderating.add(userId);
    return ok(undefined);
  }

  came(looker: Looker): void {
    const pages = (this.#lookers.get(looker.id)?.pages ?? 0) + 1;
    this.#lookers.set(looker.id, { looker, pages });
    // Nobody drives who is not let: a role may have changed while they were away.
    this.#dropUnfit();
  }

  went(userId: string): void {
    const entry = this.#lookers.get(userId);
    if (entry === undefined) return;
    if (--entry.pages > 0) return;
    this.#lookers.delete(userId);
    this.#moderating.delete(userId);
    this.#asking = this.#asking.filter((id) => id !== userId);
  }

  /** A role in the room changed. */
  becameRole(userId: string, role: Role): void {
    const entry = this.#lookers.get(userId);
    if (entry === undefined) return;
    entry.looker = { ...entry.looker, role };
    this.#dropUnfit();
  }

  /** Asking for what nobody holds, or holds without looking, is having it. */
  ask(userId: string, asking: boolean): Outcome<void> {
    const looker = this.#lookers.get(userId)?.looker;
    if (looker === undefined) return refuse("forbidden", "Only who looks at a terminal asks for it.");
    if (!asking) {
      this.#asking = this.#asking.filter((id) => id !== userId);
      return ok(undefined);
    }
    const unfit = this.#unfit(looker);
    if (unfit !== undefined) return unfit;
    if (this.#driverId === userId || this.#asking.includes(userId)) return ok(undefined);
    const free = this.#driverId === undefined || !this.#lookers.has(this.#driverId);
    if (free) return this.#hand(looker);
    this.#asking.push(userId);
    return ok(undefined);
  }

  /** `actor` hands control to somebody who looks, to themselves, or to nobody. */
  give(actor: { id: string; role: Role }, userId: string | undefined): Outcome<void> {
    if (actor.id !== this.#driverId && actor.role !== "lead" && !this.isModerator(actor.id))
      return refuse("forbidden", "Who types, the lead and moderators hand over control.");
    if (userId === undefined) {
      this.#driverId = undefined;
      return ok(undefined);
    }
    const looker = this.#lookers.get(userId)?.looker;
    if (looker === undefined) return refuse("not_found", "This person does not look at the terminal.");
    return this.#unfit(looker) ?? this.#hand(looker);
  }

  /** Whether a person's keys reach the shell; what stands in the way otherwise. */
  mayType(userId: string): Outcome<void> {
    if (userId !== this.#driverId) return refuse("not_driving");
    const looker = this.#lookers.get(userId)?.looker;
    if (looker === undefined) return refuse("not_driving");
    return this.#unfit(looker) ?? ok(undefined);
  }

  #hand(looker: Looker): Outcome<void> {
    if (this.#lackingWith(looker.id).length > this.#lackingWith(this.#driverId).length)
      return refuse("forbidden", "Who watches over it cannot type as well: another moderator has to be there first.");
    this.#driverId = looker.id;
    this.#asking = this.#asking.filter((id) => id !== looker.id);
    return ok(undefined);
  }

  #unfit(looker: Looker): (Outcome<void> & { ok: false }) | undefined {
    if (looker.role === "observer") return refuse("observer");
    if (this.#terms.joining === "observe" && !sameHuman(looker, this.#opener))
      return refuse("forbidden", "By policy only who opened this terminal types in it.");
    return undefined;
  }

  #dropUnfit(): void {
    const fit = ({ looker }: { looker: Looker }): boolean => this.#unfit(looker) === undefined;
    const driver = this.#driverId === undefined ? undefined : this.#lookers.get(this.#driverId);
    if (driver !== undefined && !fit(driver)) this.#driverId = undefined;
    this.#asking = this.#asking.filter((id) => fit(this.#lookers.get(id)!));
    for (const id of this.#moderating) if (!this.mayModerate(id)) this.#moderating.delete(id);
  }

  #lackingWith(driverId: string | undefined): readonly (readonly string[])[] {
    const driver = driverId === undefined ? undefined : this.#lookers.get(driverId)?.looker;
    const there = this.lookers.filter((looker) => this.#moderating.has(looker.id) && (driver === undefined || !sameHuman(looker, driver)));
    return this.#terms.moderators.filter((groups) => !there.some((looker) => this.#fits(looker, groups)));
  }

  #fits(looker: Looker, groups: readonly string[]): boolean {
    if (looker.role === "observer" || sameHuman(looker, this.#opener)) return false;
    return groups.some((group) => looker.groups.includes(group));
  }
}
