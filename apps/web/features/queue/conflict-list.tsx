import type { Execution } from "@interlock/protocol";
import { count } from "../impact/figures.ts";
import { CONFLICT_WORDS, conflictSummary, keyWords } from "./undo-words.ts";

/** Row by row, what an undo found other than the run had left it. A person decides on these. */
export function ConflictList({ conflicts, conflictCount }: Pick<Execution, "conflicts" | "conflictCount">) {
  if (conflicts === undefined || conflicts.length === 0) return null;
  if (conflicts.every(({ key }) => Object.keys(key).length === 0))
    return <ObjectConflicts conflicts={conflicts} conflictCount={conflictCount} />;
  // Said once where it is of all of them, so that more rows are in view.
  const [table, ...more] = new Set(conflicts.map(({ object }) => object));
  const cut = conflictCount !== undefined && conflictCount > conflicts.length;
  return (
    <div className="flex flex-col gap-1.5" data-testid="conflicts">
      <p>
        {cut ? `Of the first ${count(conflicts.length)} of ${count(conflictCount)} rows, ` : ""}
        {conflictSummary(conflicts)}. Decide on them and write a command for the rest.
      </p>
      {/* It scrolls, so the keyboard must reach it. */}
      <div
        role="group"
        aria-label="Rows that are not as the run left them"
        tabIndex={0}
        className="max-h-60 overflow-y-auto rounded-md border border-line bg-bg"
      >
        <table className="w-full text-left">
          <thead className="sticky top-0 bg-bg text-faint">
            <tr className="*:px-2 *:py-1 *:font-normal">
              <th scope="col">{more.length === 0 ? `row of ${table}` : "row"}</th>
              <th scope="col">what happened</th>
            </tr>
          </thead>
          <tbody>
            {conflicts.map((conflict, index) => (
              // They come once, with the end of the run.
              <tr key={index} className="border-t border-line align-top *:px-2 *:py-1">
                <td className="wrap-anywhere">
                  {more.length > 0 && <span className="block text-2xs text-faint">{conflict.object}</span>}
                  <code className="text-fg">{keyWords(conflict)}</code>
                </td>
                <td>{CONFLICT_WORDS[conflict.reason]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The same of objects, each of which is the thing itself. */
function ObjectConflicts({ conflicts = [], conflictCount = conflicts.length }: Pick<Execution, "conflicts" | "conflictCount">) {
  return (
    <div className="flex flex-col gap-1.5" data-testid="conflicts">
      <p>
        {conflictCount > conflicts.length ? `The first ${count(conflicts.length)} of ${count(conflictCount)} objects: ` : ""}
        {conflictSummary(conflicts)}. Undo the command anew to put back the rest without them.
      </p>
      <ObjectLines
        label="Objects that are not as the run left them"
        lines={conflicts.map(({ object, reason, why }) => ({
          object,
          words: why === undefined ? OBJECT_CONFLICTS[reason] : `${OBJECT_CONFLICTS[reason]}: ${why}`,
        }))}
      />
    </div>
  );
}

const OBJECT_CONFLICTS: typeof CONFLICT_WORDS = { ...CONFLICT_WORDS, blocked: "is refused by the cluster" };

/** Objects with what is to be known of each. */
export function ObjectLines({ label, lines }: { label: string; lines: readonly { object: string; words: string }[] }) {
  return (
    // It scrolls, so the keyboard must reach it.
    <ul tabIndex={0} aria-label={label} className="flex max-h-60 flex-col overflow-y-auto rounded-md border border-line bg-bg">
      {lines.map(({ object, words }, index) => (
        // They come once, with the end of the run.
        <li key={index} className="border-line px-2 py-1 wrap-anywhere not-first:border-t">
          <code className="text-fg">{object}</code> {words}
        </li>
      ))}
    </ul>
  );
}
