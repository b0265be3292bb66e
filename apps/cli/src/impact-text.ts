import { stripVTControlCharacters } from "node:util";
import {
  type AskedToken,
  type Effect,
  type Impact,
  impactRows,
  type Rows,
  type SideEffect,
  type Statement,
  type Verdict,
} from "@interlock/protocol";
import type { Paint } from "./paint.ts";

/** One line below a statement: a word in the margin and what there is to say. */
type Line = [label: string, text: string];

const UNDO: Record<Statement["reversible"], string> = { undo: "possible", partial: "possible in part", no: "not possible" };

const WRITES: ReadonlySet<Effect> = new Set(["append", "modify", "delete"]);

const DECISION = { allow: "allowed", review: "needs reviews", deny: "denied" } as const;

/** What policy says, in one or two lines. */
export function verdictText({ decision, message, obligations }: Verdict, paint: Paint): string {
  const style = decision === "deny" ? paint.danger : decision === "review" ? paint.warning : paint.strong;
  const reviews = obligations.reviews.map(({ count, group }) => `${count} of ${plain(group)}`).join(", ");
  const parts = [style(DECISION[decision]), ...(reviews === "" ? [] : [reviews]), ...(message === "" ? [] : [plain(message)])];
  return `policy: ${parts.join(paint.faint(" · "))}`;
}

/** An impact for people: the sum first, then each statement with what it touches. Nothing of the analysed text can move the cursor. */
export function impactText(impact: Impact, paint: Paint): string {
  const lines = [headline(impact, paint)];
  for (const warning of impact.warnings) lines.push(`  ${paint.warning("!")} ${plain(warning)}`);
  for (const statement of impact.statements) lines.push("", ...statementText(statement, impact.statements.length, paint));
  return lines.join("\n");
}

function headline(impact: Impact, paint: Paint): string {
  const rows = impactRows(impact);
  const parts = [paint.effect(impact.effect, paint.strong(impact.effect))];
  // "0 rows" is news of a write that was worked out, and nothing of what is not known or is no matter of rows.
  if (rows.value > 0 || (impact.complete && WRITES.has(impact.effect))) parts.push(sayRows(rows));
  if (impact.statements.length !== 1) parts.push(`${impact.statements.length} statements`);
  if (!impact.complete) parts.push(paint.warning("not complete"));
  return `${parts.join(paint.faint(" · "))} ${paint.faint(`(${Math.round(impact.tookMs)} ms)`)}`;
}

function statementText(statement: Statement, of: number, paint: Paint): string[] {
  const number = of > 1 ? paint.faint(`${statement.index + 1}. `) : "";
  const lines = [`${number}${paint.strong(plain(statement.title))}  ${paint.effect(statement.effect, statement.effect)}`];
  lines.push(...objectTable(statement, paint));
  for (const [label, text] of [...facts(statement, paint), ...risks(statement, paint)])
    lines.push(`  ${paint.faint(label.padEnd(9))} ${text}`);
  return lines;
}

/** Targets, then what foreign keys reach, indented by their distance. */
function objectTable({ effects, cascades }: Statement, paint: Paint): string[] {
  const rows = [
    ...effects.map(({ object, effect, rows, columns }) => ({
      name: plain(object),
      effect,
      rows: sayRows(rows),
      note: effect === "modify" && columns?.length ? plain(columns.join(", ")) : "",
    })),
    ...cascades.map(({ object, effect, rows, via, depth }) => ({
      name: `${"  ".repeat(depth - 1)}└ ${plain(object)}`,
      effect,
      rows: sayRows(rows),
      note: via.length > 0 ? `via ${plain(via.join(", "))}` : "",
    })),
  ];
  const width = (key: "name" | "effect" | "rows") => Math.max(0, ...rows.map((row) => row[key].length));
  const [name, effect, figure] = [width("name"), width("effect"), width("rows")];
  return rows.map((row) => {
    const cells = `  ${row.name.padEnd(name)}  ${paint.effect(row.effect, row.effect.padEnd(effect))}  ${row.rows.padEnd(figure)}`;
    return (row.note === "" ? cells : `${cells}  ${paint.faint(row.note)}`).trimEnd();
  });
}

function facts(statement: Statement, paint: Paint): Line[] {
  const lines: Line[] = statement.willFail.map(({ code, reason }) => ["will fail", paint.danger(`${plain(reason)} (${plain(code)})`)]);
  for (const effect of statement.sideEffects) lines.push([effect.kind.slice(0, 9), saySideEffect(effect, paint)]);
  if (statement.rewrites.length > 0) lines.push(["rewrites", paint.warning(saySizes(statement, statement.rewrites))]);
  if (statement.scans.length > 0) lines.push(["scans", saySizes(statement, statement.scans)]);
  const held = [...Map.groupBy(statement.locks, ({ object }) => object)];
  const alike = Map.groupBy(held, ([, locks]) => locks.map(({ mode }) => mode).join(", "));
  for (const [modes, objects] of alike) lines.push(["locks", `${modes} on ${plain(objects.map(([object]) => object).join(", "))}`]);
  for (const { object, mode, blockedBy } of statement.waits) {
    const who =
      blockedBy.pid === 0 ? `a prepared transaction of ${plain(blockedBy.user)}` : `${plain(blockedBy.user)} (pid ${blockedBy.pid})`;
    const since = blockedBy.age === "" ? "" : ` for ${plain(blockedBy.age)}`;
    const verb = blockedBy.behind ? `behind ${blockedBy.behind.map((pid) => `pid ${pid}`).join(", ")} queues` : "held by";
    lines.push(["waits", paint.warning(`${plain(object)} ${mode}, ${verb} ${who}${since}`)]);
  }
  if (statement.token !== undefined) lines.push(...tokenLines(statement.token, paint));
  if (statement.effect !== "read") lines.push(["undo", UNDO[statement.reversible]]);
  return lines;
}

/** What whoever holds a token may do, place by place. */
function tokenLines({ rights, more, unread }: AskedToken, paint: Paint): Line[] {
  const known = rights.flatMap(({ where, may }) => may.map((what) => `${what} ${where}`));
  if (more !== undefined) known.push(`and ${more} more`);
  if (known.length === 0 && unread.length === 0) known.push("nothing but learn what the API is");
  return [
    ...known.map((what, index): Line => [index === 0 ? "may" : "", plain(what)]),
    ...unread.map((why): Line => ["not known", paint.danger(`${plain(why)}; it may do more`)]),
  ];
}

function saySideEffect({ name, effect, writes = [] }: SideEffect, paint: Paint): string {
  const said = writes.map((write) => `${paint.effect(write.effect, write.effect)} ${plain(write.object)} ${sayRows(write.rows)}`);
  return `${plain(name)} ${said.length > 0 ? `→ ${said.join(", ")}` : paint.effect(effect, effect)}`;
}

function risks({ risks }: Statement, paint: Paint): Line[] {
  return risks.flatMap(({ severity, message, suggestion }): Line[] => {
    const style = severity === "danger" ? paint.danger : severity === "warning" ? paint.warning : paint.faint;
    const line: Line = [severity === "info" ? "note" : severity, style(plain(message))];
    if (suggestion === undefined) return [line];
    return [
      line,
      ["", `${paint.faint("instead:")} ${plain(suggestion.text).replaceAll("\n", `\n${" ".repeat(21)}`)}`],
      ["", paint.faint(plain(suggestion.why))],
    ];
  });
}

/** `payments.orders (about 200,000 rows, 25 MB)`. */
function saySizes({ sizes = [] }: Statement, objects: readonly string[]): string {
  return objects
    .map((object) => {
      const size = sizes.find((item) => item.object === object);
      if (!size) return plain(object);
      const bytes = size.bytes === undefined ? [] : [sayBytes(size.bytes)];
      return `${plain(object)} (${[sayRows(size.rows), ...bytes].join(", ")})`;
    })
    .join(", ");
}

function sayBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1_023.5 && unit < units.length - 1; unit++) bytes /= 1_024;
  return `${bytes < 10 && unit > 0 ? bytes.toFixed(1).replace(/\.0$/, "") : Math.round(bytes)} ${units[unit]}`;
}

function sayRows({ value, kind }: Rows): string {
  const count = (amount: number) => Math.round(amount).toLocaleString("en-US");
  const noun = value === 1 ? "row" : "rows";
  switch (kind) {
    case "exact":
      return `${count(value)} ${noun}`;
    case "capped":
      return `at least ${count(value)} ${noun}`;
    case "estimate":
      return `about ${count(value)} ${noun}`;
    case "unknown":
      return "unknown rows";
  }
}

/** Names come from the target: one could carry a control sequence for the terminal of whoever looks at it. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about; line ends and tabs stay
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
