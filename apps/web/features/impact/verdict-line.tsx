import type { Impact, Verdict } from "@interlock/protocol";
import { Diamond } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { verdictSentence } from "./verdict-sentence.ts";

const MARKS = { allow: "text-read-text", review: "text-modify-text", deny: "text-delete-text" } as const;

/** What policy says: what one must know on a line of its own, under it what follows from it. */
export function VerdictLine({ verdict, impact }: { verdict: Verdict; impact: Impact }) {
  const { lead, rest } = verdictSentence(verdict, impact);
  const denied = verdict.decision === "deny";
  const words = rest.map(({ text, code }) => (code ? `rule ${text}` : text)).join(" · ");
  return (
    <p
      className={cn(
        "grid min-w-0 flex-1 grid-cols-[auto_1fr] items-baseline gap-x-2 text-dim @max-md:flex-none @max-md:basis-full",
        !denied && "@max-md:h-[3lh] @max-md:overflow-hidden",
      )}
      data-testid="verdict"
      title={`${lead}\n${words}`}
    >
      <Diamond aria-hidden="true" className={cn("size-3 translate-y-px fill-current", MARKS[verdict.decision])} />
      <strong
        className={cn(
          "text-sm font-semibold",
          // Why it is denied is read whole: its end is what to do about it.
          denied ? "text-pretty text-delete-text" : "truncate text-fg @max-md:line-clamp-2 @max-md:whitespace-normal",
        )}
      >
        {lead}
      </strong>
      {/* The space is not drawn; it parts the two for readers. */}{" "}
      <span className="col-start-2 truncate text-xs @max-md:line-clamp-2 @max-md:whitespace-normal">
        {rest.map(({ text, code }, index) => (
          <span key={text}>
            {index > 0 && " · "}
            {code ? (
              <>
                rule <code>{text}</code>
              </>
            ) : (
              text
            )}
          </span>
        ))}
      </span>
    </p>
  );
}
