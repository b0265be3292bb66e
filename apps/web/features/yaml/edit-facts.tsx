"use client";
import type { ObjectEdit } from "@interlock/protocol";
import { useId } from "react";
import { cn, STALE } from "../../components/ui/class-names.ts";

interface EditFactsProps {
  edit: ObjectEdit;
  /** They are of a text that has been edited further: none of them need hold any more. */
  stale: boolean;
  /** The plan fails by what others own. */
  clashes: boolean;
  force: boolean;
  canAct: boolean;
  onForce: (force: boolean) => void;
}

/** What an edit comes to: the fields it saves, what others changed meanwhile, what stands in the way. */
export function EditFacts({ edit, stale, clashes, force, canAct, onForce }: EditFactsProps) {
  const id = useId();
  const { problem, fields, drift, conflicts, command, note } = edit;
  return (
    <div className={cn("flex flex-col gap-2", stale && STALE)}>
      {problem !== undefined && (
        <p role={stale ? undefined : "alert"} className="text-delete-text">
          {problem}
        </p>
      )}
      {problem === undefined && command === undefined && <p className="text-dim">Nothing would change: the text says what is there.</p>}
      {command !== undefined && (
        <p className="text-dim">
          Saves <Fields names={fields} />. {note}
        </p>
      )}
      {drift.length > 0 && (
        <div className="text-modify-text">
          <p className="font-medium">Changed by others since you opened it; it stays unless you edited it, too:</p>
          <ul className="mt-0.5 flex flex-col gap-0.5 font-mono">
            {drift.slice(0, 8).map(({ field, was, now, both }) => (
              <li key={field} className="wrap-anywhere">
                {field}: {was} → {now}
                {both && <span className="font-sans font-semibold"> · you edited this, too: yours would replace it</span>}
              </li>
            ))}
            {drift.length > 8 && <li className="font-sans">and {drift.length - 8} more</li>}
          </ul>
        </div>
      )}
      {(conflicts.length > 0 || clashes || force) && (
        <div className="flex flex-col gap-1 rounded-md border border-modify-line bg-modify-soft px-2.5 py-2 text-modify-text">
          {conflicts.length > 0 && (
            <ul className="flex flex-col gap-0.5">
              {conflicts.map(({ field, manager }) => (
                <li key={`${field} ${manager}`} className="wrap-anywhere">
                  <code className="font-mono">{field}</code> is owned by <b>{manager}</b>
                </li>
              ))}
            </ul>
          )}
          <label htmlFor={id} className="flex items-start gap-2">
            <input
              id={id}
              type="checkbox"
              checked={force}
              disabled={!canAct}
              onChange={(event) => onForce(event.target.checked)}
              className="mt-0.5"
            />
            <span>
              Take {conflicts.length === 1 ? "it" : "them"} over. Whoever applies there next is told of a conflict; a controller may set it
              back.
            </span>
          </label>
        </div>
      )}
    </div>
  );
}

function Fields({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.slice(0, 4).map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <code className="font-mono text-fg wrap-anywhere">{name}</code>
        </span>
      ))}
      {names.length > 4 && ` and ${names.length - 4} more`}
    </>
  );
}
