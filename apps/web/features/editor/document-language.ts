import { KUBECTL } from "./kubectl-language.ts";
import { SQL } from "./sql-language.ts";

/** What the editor makes of a document's language, which is that of its connection. */
export interface EditorLanguage {
  /** Monaco's id. */
  id: string;
  /** As it is read out. */
  name: string;
  /** What an empty document says. */
  placeholder: string;
  /** Who finds mistakes in it. */
  checker: string;
}

/** A document that commands read as a file. */
const FILE = { placeholder: "Write a file here. Commands read it by its name, as it is when they are proposed.", checker: "Interlock" };

const LANGUAGES: Record<string, EditorLanguage> = {
  sql: {
    id: SQL,
    name: "SQL",
    placeholder: "Write SQL here. Everybody in the room sees it, and what it would do.",
    checker: "PostgreSQL",
  },
  kubectl: {
    id: KUBECTL,
    name: "kubectl",
    placeholder: "Write lines of kubectl here. Everybody in the room sees them, and what they would do.",
    checker: "kubectl",
  },
  shell: {
    id: "shell",
    name: "shell",
    placeholder: "Write lines of a shell here, or a script that begins with #!. Everybody in the room sees what they would do.",
    checker: "bash",
  },
  yaml: { ...FILE, id: "yaml", name: "YAML" },
  // JSON is YAML.
  json: { ...FILE, id: "yaml", name: "JSON" },
  plaintext: { ...FILE, id: "plaintext", name: "text" },
};

/** A language this page does not know is plain text. */
export const editorLanguage = (language: string): EditorLanguage =>
  LANGUAGES[language] ?? { id: "plaintext", name: language, placeholder: "Write here. Everybody in the room sees it.", checker: language };
