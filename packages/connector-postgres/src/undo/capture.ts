import { TargetError, type RowsImage, type UndoTable } from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import { ancestry, qualified } from "../catalog.ts";
import type { Catalog, SessionFacts } from "../catalog-model.ts";
import { closureSets, neededColumns } from "../closure.ts";
import type { Session } from "../execute/session.ts";
import { parseGrammar } from "../grammar.ts";
import { selectionOf } from "../selection.ts";
import { unwrap } from "../tree.ts";
import { classify } from "../classify.ts";
import { keepingStatement, type KeepingStatement, type Values } from "./hidden-columns.ts";
import { columnList, ident, keyOf, keyValues, rowsByKey } from "./keyed-rows.ts";
import { kinOf, undoPlan, type KeyedTable, type UndoPlan } from "./undo-plan.ts";

export interface CaptureLimits {
  maxRows: number;
  maxBytes: number;
}

/** Settings that decide how values are written as text. */
const TEXT_SETTINGS = ["DateStyle", "TimeZone", "IntervalStyle", "extra_float_digits", "bytea_output", "lc_monetary"];

/** Keeps the rows that a run writes, statement by statement, inside the transaction that writes them. */
export class Capture {
  readonly #session: Session;
  readonly #catalog: Catalog;
  readonly #facts: SessionFacts;
  readonly #limits: CaptureLimits;
  readonly #tables: UndoTable[] = [];
  /** Changes of rows that are kept once, by topmost table. */
  readonly #again = new Map<string, number>();
  #rows = 0;
  #bytes = 0;

  constructor(session: Session, catalog: Catalog, facts: SessionFacts, limits: CaptureLimits) {
    this.#session = session;
    this.#catalog = catalog;
    this.#facts = facts;
    this.#limits = limits;
  }

  /** Everything kept, once it is sure that the server wrote nothing else to these tables: triggers or others may have. */
  image(written: readonly Affected[]): RowsImage {
    const kept = new Map<string, Affected>();
    for (const { oid, rows } of this.#tables) {
      const object = this.#rootOf(oid);
      const sum = kept.get(object) ?? { object, inserted: 0, updated: this.#again.get(object) ?? 0, deleted: 0 };
      for (const { before, after } of rows) sum[before === undefined ? "inserted" : after === undefined ? "deleted" : "updated"]++;
      kept.set(object, sum);
    }
    for (const { object, inserted, updated, deleted } of kept.values()) {
      const really = written.find((table) => table.object === object) ?? { inserted: 0, updated: 0, deleted: 0 };
      if (really.inserted !== inserted || really.updated !== updated || really.deleted !== deleted)
        throw lost(`other rows of ${object} were written than the statement's own`);
    }
    return { tables: this.#tables.filter((table) => table.rows.length > 0) };
  }

  /**
   * Reads and locks what the statement will take with it, before it runs. Undefined for a statement that writes nothing. Rejects with
   * `undo_lost` when the rows cannot be kept: whoever asked was promised that they can.
   */
  async prepare(text: string): Promise<Keeping | undefined> {
    const parsed = parseGrammar(text);
    const tree = parsed.ok && parsed.statements.length === 1 ? parsed.statements[0]!.stmt : undefined;
    const found = classify(tree);
    if (found.effect === "read" || found.effect === "session") return undefined;
    const [type, body] = (tree && unwrap(tree)) ?? ["", {}];
    const planned = undoPlan(this.#catalog, this.#facts, type, body);
    if (!planned.ok) throw lost(planned.why);
    const statement = keepingStatement(planned.plan, this.#catalog.version);
    if (!statement) throw lost("the statement cannot be written with what it must return");
    const keeping = new Keeping(this, planned.plan, statement, await this.#settings());
    if (planned.plan.closure) await this.#keepClosure(planned.plan, keeping);
    if (planned.plan.event === "update" && !statement.images.includes("before")) await this.#keepSelected(planned.plan, keeping);
    return keeping;
  }

  /** Reads what the statement made of the rows it changed on the way, and closes its images. */
  async finish(keeping: Keeping): Promise<void> {
    for (const changed of keeping.changed) {
      const keys = [...changed.before.values()].map((row) => keyValues(changed.keyed, row));
      const now = await rowsByKey(this.#session, changed.keyed, keys, false);
      const table = this.#table(changed.keyed, keeping.settings);
      for (const [key, before] of changed.before) {
        const after = now.get(key);
        if (after === undefined) throw lost(`a row of ${table.object} went with the statement that was only to change`);
        this.count(after);
        table.rows.push({ before, after });
      }
    }
    keeping.close();
  }

  /** A row that is kept already will be changed once more. */
  changesAgain({ relation }: KeyedTable): void {
    const object = this.#rootOf(relation.oid);
    this.#again.set(object, (this.#again.get(object) ?? 0) + 1);
  }

  /** The topmost table it is a part of, as counts of rows are added up. */
  #rootOf(oid: number): string {
    return qualified(this.#catalog.relations.get(ancestry(this.#catalog, oid).at(-1)!)!);
  }

  /** Counts values towards the limits. */
  count(...images: Values[]): void {
    this.#rows++;
    for (const values of images) for (const value of values) this.#bytes += 8 + (value?.length ?? 0);
    if (this.#rows > this.#limits.maxRows) throw lost(`more than ${this.#limits.maxRows} rows were written`);
    if (this.#bytes > this.#limits.maxBytes) throw lost(`the rows hold more than ${this.#limits.maxBytes} characters`);
  }

  add(keyed: KeyedTable, settings: Record<string, string>, rows: UndoTable["rows"]): void {
    if (rows.length > 0) this.#table(keyed, settings).rows = rows;
  }

  /** A new entry: each statement's tables stand by themselves, so that the last done is the first taken back. */
  #table({ relation, columns, key }: KeyedTable, settings: Record<string, string>): UndoTable {
    const table: UndoTable = {
      object: qualified(relation),
      oid: relation.oid,
      columns: columns.map(({ name, type }) => ({ name, type })),
      settings,
      key: key.map(({ name }) => name),
      rows: [],
    };
    this.#tables.push(table);
    return table;
  }

  async #keepClosure({ closure, reached, body, target }: UndoPlan, keeping: Keeping): Promise<void> {
    const catalog = this.#catalog;
    const columns = neededColumns(catalog, closure!, target.relation.oid);
    const base = selectionOf(body, columns, { limit: this.#limits.maxRows + 1 });
    if (base === undefined) throw lost("what it deletes cannot be selected beforehand");
    const { parts, rowsOf, referring } = closureSets(catalog, closure!, base);
    const gone = (table: number) => `(x.tableoid, x.ctid) IN (SELECT t, c FROM ${rowsOf(table)})`;
    const select = (keyed: KeyedTable, where: string) =>
      this.#session.texts(
        `WITH RECURSIVE ${parts} SELECT ${columnList(keyed.columns)} FROM ${ident(keyed)} x WHERE ${where} FOR UPDATE OF x`,
      );
    for (const { table, self } of closure!.deletes) {
      const keyed = reached.get(table)!;
      if (table === target.relation.oid && self.length === 0) continue;
      keeping.takeDeleted(keyed, await select(keyed, gone(table)));
    }
    for (const { key } of closure!.sets) {
      const keyed = reached.get(key.child)!;
      const kin = kinOf(catalog, key.child);
      const deleted = closure!.deletes.flatMap(({ table }) => (kin.has(table) ? [` AND NOT ${gone(table)}`] : [])).join("");
      const places = `SELECT x.tableoid, x.ctid FROM ${referring(key)}`;
      keeping.takeChanging(keyed, await select(keyed, `(x.tableoid, x.ctid) IN (${places})${deleted}`));
    }
  }

  async #keepSelected({ body, target }: UndoPlan, keeping: Keeping): Promise<void> {
    const base = selectionOf(body, [], { limit: this.#limits.maxRows + 1 });
    if (base === undefined) throw lost("what it changes cannot be selected beforehand");
    const rows = await this.#session.texts(
      `SELECT ${columnList(target.columns)} FROM ${ident(target)} x WHERE (x.tableoid, x.ctid) IN (SELECT t, c FROM (${base}) selected) FOR UPDATE OF x`,
    );
    keeping.takeBefore(rows);
  }

  async #settings(): Promise<Record<string, string>> {
    const [values] = await this.#session.texts(`SELECT ${TEXT_SETTINGS.map((name) => `pg_catalog.current_setting('${name}')`).join(", ")}`);
    if (Number(values![TEXT_SETTINGS.indexOf("extra_float_digits")]) < 1)
      throw lost("extra_float_digits is below 1: numbers would be shortened");
    return Object.fromEntries(TEXT_SETTINGS.map((name, i) => [name, values![i]!]));
  }
}

/** The images of one statement while it runs. */
export class Keeping {
  readonly #capture: Capture;
  readonly #plan: UndoPlan;
  readonly statement: KeepingStatement;
  readonly settings: Record<string, string>;
  readonly #returned: UndoTable["rows"] = [];
  /** Rows that go through a foreign key, by table and key; a self reference brings the target's own rows as well. */
  readonly #deleted = new Map<KeyedTable, Map<string, Values>>();
  readonly changed: { keyed: KeyedTable; before: Map<string, Values> }[] = [];
  #before: Map<string, Values> | undefined;

  constructor(capture: Capture, plan: UndoPlan, statement: KeepingStatement, settings: Record<string, string>) {
    this.#capture = capture;
    this.#plan = plan;
    this.statement = statement;
    this.settings = settings;
  }

  takeDeleted(keyed: KeyedTable, rows: Values[]): void {
    for (const row of rows) this.#capture.count(row);
    this.#deleted.set(keyed, new Map(rows.map((row) => [keyOf(keyed, row), row])));
  }

  takeChanging(keyed: KeyedTable, rows: Values[]): void {
    for (const row of rows) this.#capture.count(row);
    const known = this.changed.find((entry) => entry.keyed === keyed);
    const before = known?.before ?? new Map<string, Values>();
    for (const row of rows) {
      // The server changes a row once for each key that sets something in it.
      if (before.has(keyOf(keyed, row))) this.#capture.changesAgain(keyed);
      before.set(keyOf(keyed, row), row);
    }
    if (!known) this.changed.push({ keyed, before });
  }

  takeBefore(rows: Values[]): void {
    for (const row of rows) this.#capture.count(row);
    this.#before = new Map(rows.map((row) => [keyOf(this.#plan.target, row), row]));
  }

  /** Rows that the statement returned, their hidden columns only. */
  take(rows: Values[]): void {
    const { target, event } = this.#plan;
    const width = target.columns.length;
    for (const values of rows) {
      this.#capture.count(values);
      const image = (which: "before" | "after"): Values | undefined => {
        const at = this.statement.images.indexOf(which);
        if (at < 0) return undefined;
        const part = values.slice(at * width, (at + 1) * width);
        // The row that was not there, or is no more, comes as NULLs; a key never is.
        return keyValues(target, part).includes(null) ? undefined : part;
      };
      const after = image("after");
      const before = event === "update" && this.#before ? this.#before.get(after ? keyOf(target, after) : "") : image("before");
      if (event === "update" && before === undefined) throw lost("a row was changed that had not been selected before");
      this.#returned.push({ ...(before ? { before } : {}), ...(after ? { after } : {}) });
    }
  }

  /** Hands everything to the capture: children before parents, since the last entry is put back first. */
  close(): void {
    const { target } = this.#plan;
    const own = this.#deleted.get(target);
    for (const { before } of own ? this.#returned : []) if (before) own!.set(keyOf(target, before), before);
    for (const [keyed, rows] of [...this.#deleted].toReversed())
      this.#capture.add(
        keyed,
        this.settings,
        [...rows.values()].map((before) => ({ before })),
      );
    if (!own) this.#capture.add(target, this.settings, this.#returned);
  }
}

export const lost = (why: string): TargetError =>
  new TargetError("undo_lost", `Undo was promised and could not be kept: ${why}. Nothing was changed.`);
