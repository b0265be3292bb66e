import type { Target } from "@interlock/connector";
import { postgres } from "@interlock/connector-postgres";
import { LIMITS, type Impact, type Statement } from "@interlock/protocol";
import { usage } from "./exit.ts";
import type { FailOn, Finding } from "./finding.ts";
import { judged } from "./judged.ts";
import type { Judging } from "./judging.ts";
import type { GivenText } from "./manifest-files.ts";
import type { JudgedFiles } from "./manifests.ts";

/** Between files: an empty statement, so that a file whose last statement has no semicolon ends there. */
const BETWEEN = "\n;\n";

interface Piece extends GivenText {
  /** Where it begins in the whole. */
  start: number;
}

/** Several files as one text in their order, for what one makes the next may use. */
export class Migrations {
  readonly text: string;
  readonly #pieces: Piece[] = [];

  constructor(files: readonly GivenText[]) {
    let text = "";
    for (const file of files) {
      if (this.#pieces.length > 0) text += BETWEEN;
      this.#pieces.push({ ...file, start: text.length });
      text += file.text;
    }
    if (Buffer.byteLength(text) > LIMITS.commandBytes)
      throw usage(
        `These files are ${Buffer.byteLength(text)} bytes together, and longer than ${LIMITS.commandBytes} bytes. Judge them in parts.`,
      );
    this.text = text;
  }

  /** Lines and columns count from 1, columns in UTF-16 units. */
  placeOf(offset: number): NonNullable<Statement["place"]> {
    const piece = this.#pieces.findLast(({ start }) => start <= offset) ?? this.#pieces[0]!;
    const before = piece.text.slice(0, Math.max(0, offset - piece.start));
    const line = before.split("\n").length;
    return { file: piece.name, line, column: before.length - (before.lastIndexOf("\n") + 1) + 1 };
  }
}

/** What migrations would do to a target one after the other, and what policy says of each statement. */
export async function judgeMigrations(
  migrations: Migrations,
  { target, judging, failOn, signal }: { target: Target; judging: Judging; failOn: FailOn; signal: AbortSignal },
): Promise<JudgedFiles> {
  const { diagnostics } = postgres.parse(migrations.text);
  const told = await target.impact(migrations.text, { exact: true, signal });
  const impact: Impact = {
    ...told,
    statements: told.statements.map((one) => ({ ...one, place: migrations.placeOf(firstWord(migrations.text, one)) })),
  };
  const { verdict, each } = judged(judging, impact, failOn);
  const broken = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ start, message }): Finding => ({ rule: "syntax", severity: "error", message, place: migrations.placeOf(start) }));
  const failing = impact.statements.flatMap(({ willFail, place }) =>
    willFail.map(({ reason }): Finding => ({
      rule: "invalid",
      severity: "error",
      message: `This statement would fail: ${reason}`,
      ...(place && { place }),
    })),
  );
  return { impact, verdict, each, findings: [...broken, ...failing, ...each.flatMap(({ findings }) => findings)] };
}

/** A statement may begin with the line end after the one before. */
function firstWord(text: string, { start, end }: Statement): number {
  const space = /^\s*/.exec(text.slice(start, end))![0].length;
  return start + space;
}
