"use client";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { FrozenCode, type FrozenLanguage } from "./frozen-code.tsx";
import { beginningOf } from "./frozen-text.ts";

/** The text that was frozen, its beginning first. `words`: it is told in words, not in the target's language. */
export function CardText({ text, words, language }: { text: string; words: boolean; language: FrozenLanguage }) {
  const [whole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  const lines = text.split("\n").length;
  return (
    <div>
      <div className={cn(whole && "max-h-[50vh] overflow-auto")}>
        {words ? (
          <p className="text-sm whitespace-pre-wrap wrap-anywhere">{whole || beginning === undefined ? text : beginning}</p>
        ) : (
          <FrozenCode text={whole || beginning === undefined ? text : beginning} language={language} />
        )}
      </div>
      {beginning !== undefined && (
        <Button variant="link" size="sm" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : lines > 1 ? `Show all ${count(lines)} lines` : `Show all ${count(text.length)} characters`}
        </Button>
      )}
    </div>
  );
}
