import type { Impact } from "@interlock/protocol";
import { memo } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { isScript } from "../hosts/script-words.ts";
import { isPlan } from "../plan/plan-objects.ts";
import { kubectlTokens } from "./kubectl-highlight.ts";
import { type SqlToken, sqlTokens } from "./sql-highlight.ts";

const COLORS: Record<SqlToken["kind"], string | undefined> = {
  keyword: "text-(--syntax-keyword)",
  string: "text-(--syntax-string)",
  number: "text-(--syntax-number)",
  comment: "text-(--syntax-comment)",
  plain: undefined,
};

/** Whose words are drawn in colour. */
export type FrozenLanguage = "sql" | "kubectl" | "shell";

/** The language of what has this impact. */
export const frozenLanguage = (impact: Impact | undefined): FrozenLanguage =>
  impact === undefined ? "sql" : isPlan(impact) ? "kubectl" : isScript(impact) ? "shell" : "sql";

/** Frozen text of a command, every character as it is. */
export const FrozenCode = memo(function FrozenCode({
  text,
  language,
  className,
}: {
  text: string;
  language: FrozenLanguage;
  className?: string;
}) {
  const tokens = language === "shell" ? [{ kind: "plain" as const, text }] : language === "kubectl" ? kubectlTokens(text) : sqlTokens(text);
  return (
    <pre className={cn("font-mono text-xs leading-[1.55] whitespace-pre-wrap text-fg wrap-anywhere", className)}>
      {tokens.map(({ kind, text: piece }, index) =>
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
