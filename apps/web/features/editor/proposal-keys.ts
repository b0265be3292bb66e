import type { editor } from "monaco-editor";
import type { monaco as Monaco } from "./monaco.ts";

export interface ProposalKeys {
  onPropose: (dryRun: boolean) => void;
  /** The safer text for what is wrong with the statement under the cursor. */
  onSuggestion: () => void;
}

/** The keys by which an editor's statement is proposed, tried or made safer. They go with the editor. */
export function addProposalKeys(monaco: typeof Monaco, of: editor.IStandaloneCodeEditor, parts: ProposalKeys): void {
  of.addAction({
    id: "interlock.propose",
    label: "Propose the statement",
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
    run: () => parts.onPropose(false),
  });
  // Instead of Monaco's “insert line above”, as the proposal's key is instead of “insert line below”.
  of.addAction({
    id: "interlock.dry-run",
    label: "Propose a dry run of the statement",
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyMod.Shift | monaco.KeyCode.Enter],
    run: () => parts.onPropose(true),
  });
  // The key of editors' quick fixes; Monaco's own has nothing to offer here.
  of.addAction({
    id: "interlock.safer-text",
    label: "Use the safer text",
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Period],
    run: () => parts.onSuggestion(),
  });
}
