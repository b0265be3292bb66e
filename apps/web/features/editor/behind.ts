import type { DraftAnalysis } from "@interlock/protocol";
import { useEffect, useState } from "react";
import type { DocumentEditor } from "./document-editor.ts";

/** How long an analysis of an earlier text may stay without a mark, in milliseconds: less would flicker while one types. */
const UNMARKED_MS = 400;

/** Whether the own analysis that is shown is of something else than what is under the cursor now, and has been for a while. */
export function useBehind(editor: DocumentEditor | undefined, own: DraftAnalysis | undefined): boolean {
  const [behind, setBehind] = useState(false);
  useEffect(() => {
    if (!editor || !own) {
      setBehind(false);
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      if (!editor.isMeant(own)) {
        timer ??= setTimeout(() => setBehind(true), UNMARKED_MS);
        return;
      }
      clearTimeout(timer);
      timer = undefined;
      setBehind(false);
    };
    const moves = editor.onDidMove(look);
    look();
    return () => {
      moves.dispose();
      clearTimeout(timer);
    };
  }, [editor, own]);
  return behind;
}
