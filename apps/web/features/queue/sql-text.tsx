import { memo } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { type SqlToken, sqlTokens } from "./sql-highlight.ts";

const COLORS: Record<SqlToken["kind"], string | undefined> = {
  keyword: "text-(--syntax-keyword)",
  string: "text-(--syntax-string)",
  number: "text-(--syntax-number)",
  comment: "text-(--syntax-comment)",
  plain: undefined,
};

/** Frozen SQL, every character as it is. */
export const SqlText = memo(function SqlText({ text, className }: { text: string; className?: string }) {
  return (
    <pre className={cn("font-mono text-xs leading-[1.55] whitespace-pre-wrap text-fg wrap-anywhere", className)}>
      {sqlTokens(text).map(({ kind, text: piece }, index) =>
        // The text of a card never changes, so neither does a token's place.
        kind === "plain" ? (
          piece
        ) : (
          <span key={index} className={COLORS[kind]}>
            {piece}
          </span>
        ),
      )}
    </pre>
  );
});
