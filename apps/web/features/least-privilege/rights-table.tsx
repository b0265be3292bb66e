"use client";
import type { RightUse } from "@interlock/protocol";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { plural, STATES } from "./privilege-words.ts";

/** Rights that are drawn at once. */
const AT_ONCE = 30;

/** What a role gives, resource by resource, and of each verb whether it was used. */
export function RightsTable({ rights }: { rights: readonly RightUse[] }) {
  const [all, setAll] = useState(false);
  // What is dangerous and was not used first.
  const rank = ({ verbs }: RightUse): number => (verbs.some(({ state, danger }) => danger !== undefined && state !== "used") ? 0 : 1);
  const sorted = rights.toSorted((left, right) => rank(left) - rank(right));
  const shown = all ? sorted : sorted.slice(0, AT_ONCE);
  return (
    <>
      <table className="w-full text-xs">
        <thead className="sr-only">
          <tr>
            <th scope="col">What</th>
            <th scope="col">Verbs, and their use</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {shown.map((right) => (
            <tr key={`${right.role} ${right.ruleIndex} ${right.what}`} className="align-top">
              <th
                scope="row"
                className="w-64 px-3 py-1.5 text-left font-mono font-medium break-all max-sm:w-36"
                title={`${right.role} rules[${right.ruleIndex}]`}
              >
                {right.what}
                {right.names.length > 0 && (
                  <span className="block font-normal text-dim">only {right.names.map((name) => `“${name}”`).join(", ")}</span>
                )}
              </th>
              <td className="px-3 py-1.5">
                <ul className="flex flex-wrap gap-x-3 gap-y-0.5">
                  {right.verbs.map(({ verb, state, times, last, danger }) => {
                    const { mark, word, looks } = STATES[state];
                    const words = state === "used" ? `${plural(times, "time")}, last ${last!.slice(0, 10)}` : word;
                    return (
                      <li
                        key={verb}
                        title={danger === undefined ? words : `${words}. ${danger.title}: ${danger.why}`}
                        className="whitespace-nowrap"
                      >
                        <span aria-hidden="true" className={cn("mr-1 inline-block w-2.5 text-center font-semibold", looks)}>
                          {mark}
                        </span>
                        <span
                          className={cn(
                            "font-mono",
                            state !== "used" && "text-dim",
                            danger !== undefined && state !== "used" && "font-semibold text-delete-text",
                          )}
                        >
                          {verb}
                        </span>
                        {state === "used" ? (
                          <span className="ml-1 text-dim tabular-nums">×{times.toLocaleString("en")}</span>
                        ) : (
                          <span className="sr-only"> {word}</span>
                        )}
                      </li>
                    );
                  })}
                </ul>
                {right.used.length > 0 && (
                  <p className="mt-0.5 text-dim">
                    Of it was used:{" "}
                    {right.used
                      .slice(0, 6)
                      .map(({ text, times }) => `${text} ×${times.toLocaleString("en")}`)
                      .join("; ")}
                    {right.used.length > 6 && ` and ${right.used.length - 6} more`}
                  </p>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && sorted.length > AT_ONCE && (
        <div className="border-t border-line px-3 py-1.5">
          <Button size="sm" onClick={() => setAll(true)}>
            Show {plural(sorted.length - AT_ONCE, "more resource")}
          </Button>
        </div>
      )}
    </>
  );
}
