"use client";
import type { SearchAddon } from "@xterm/addon-search";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Input } from "../../components/ui/input.tsx";

const MARKS = {
  decorations: { matchOverviewRuler: "#e2a93b", activeMatchColorOverviewRuler: "#5b8cff", activeMatchBackground: "#5b8cff" },
};

/** Finds in what this browser has of a terminal. */
export function TerminalFind({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ at: number; of: number }>();
  useEffect(() => {
    const results = search.onDidChangeResults(({ resultIndex, resultCount }) => setFound({ at: resultIndex + 1, of: resultCount }));
    return () => {
      results.dispose();
      search.clearDecorations();
    };
  }, [search]);
  const step = (back: boolean) => (back ? search.findPrevious(text, MARKS) : search.findNext(text, MARKS));
  return (
    <form
      role="search"
      className="flex shrink-0 items-center gap-1 border-b border-line bg-panel px-3 py-1 text-xs text-dim"
      onSubmit={(event) => {
        event.preventDefault();
        step(true);
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Input
        autoFocus
        type="search"
        aria-label="Search in this terminal"
        placeholder="Search…"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          search.findPrevious(event.target.value, { ...MARKS, incremental: true });
        }}
        className="h-6 w-64 border-line text-xs"
      />
      <span role="status" className="min-w-16 tabular-nums">
        {text !== "" && found && (found.of === 0 ? "not in the last lines that this page has" : `${found.at} of ${found.of}`)}
      </span>
      <Button variant="ghost" size="icon-sm" aria-label="Previous match" onClick={() => step(true)}>
        <ChevronUp />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label="Next match" onClick={() => step(false)}>
        <ChevronDown />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label="End the search" onClick={onClose}>
        <X />
      </Button>
    </form>
  );
}
