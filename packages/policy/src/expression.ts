import { EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { CEL, refillBudget } from "./cel-environment.ts";
import { checkLimits, type ExpressionError, type Shape } from "./expression-limits.ts";
import type { Facts } from "./facts.ts";
import { type FigureReads, figureReads } from "./figures.ts";
import { couldHold, logicOf } from "./logic.ts";
import { costOf, listSizes } from "./work.ts";

/** A checked, compiled predicate. The one place that knows which expression language is used. */
export interface Expression {
  readonly text: string;
  readonly reads: FigureReads;
  /** Bounded in time and memory. Throws an ExpressionFault when it cannot be evaluated for these facts. */
  evaluate(facts: Facts): boolean;
  /** Whether it could be true where every part of it that `open` is told of could be anything. */
  couldHold(facts: Facts, open: (reads: FigureReads) => boolean): boolean;
}

/** An evaluation that has no result, e.g. a label nobody set. `message` is for people. */
export class ExpressionFault extends Error {
  override readonly name = "ExpressionFault";
}

export type Compiled = { ok: true; expression: Expression } | { ok: false; errors: ExpressionError[] };

/** Work one evaluation may take, in visited nodes: about 20 ms. */
const BUDGET = 500_000;

/** Never throws for any text. */
export function compileExpression(text: string): Compiled {
  try {
    const program = CEL.parse(text);
    const { shape, errors } = checkLimits(program.ast);
    // Before the type check, which rewrites the tree.
    const reads = figureReads(program.ast);
    const logic = errors.length > 0 ? undefined : logicOf(program.ast);
    if (logic === undefined) return { ok: false, errors };
    const checked = program.check();
    if (!checked.valid) return failure(checked.error);
    if (checked.type !== "bool")
      return { ok: false, errors: [{ offset: 0, message: `it must be true or false, but it is ${checked.type}` }] };
    return {
      ok: true,
      expression: {
        text,
        reads,
        evaluate(facts) {
          keepWithin(shape, facts);
          try {
            return program(facts) === true;
          } catch (error) {
            throw new ExpressionFault(summaryOf(error), { cause: error });
          }
        },
        couldHold(facts, open) {
          keepWithin(shape, facts);
          return couldHold(logic, facts, open);
        },
      },
    };
  } catch (error) {
    return failure(error);
  }
}

/** Before each evaluation. Throws where the work could be more than is given to one rule: every text operation goes over the whole text. */
function keepWithin({ work, additions, readsText }: Shape, facts: Facts): void {
  const cost = costOf(work, listSizes(facts, additions)) * (readsText ? 1 + facts.statement.text.length / 4096 : 1);
  if (cost > BUDGET) throw new ExpressionFault(`it would take too long over ${facts.objects.length} objects`);
  refillBudget();
}

function failure(error: unknown): Compiled {
  const offset = isCelError(error) ? (error.range?.start ?? 0) : 0;
  return { ok: false, errors: [{ offset, message: summaryOf(error) }] };
}

/** Without the picture of the source that the library's `message` carries. */
function summaryOf(error: unknown): string {
  if (isCelError(error)) return error.summary.replace(/^No such key: /, "there is no ");
  return error instanceof Error ? error.message : String(error);
}

function isCelError(error: unknown): error is ParseError | CelTypeError | EvaluationError {
  return error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
}
