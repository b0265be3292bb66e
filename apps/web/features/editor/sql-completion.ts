import { CompletionReply, type Completion, type Document } from "@interlock/protocol";
import type { languages } from "monaco-editor";
import type { RoomSession } from "../room/room-session.ts";
import type { DocumentEditor } from "./document-editor.ts";

/** `CompletionItemKind` of Monaco by what is completed: numbers, since its enums exist only in the browser. */
const KINDS: Record<Completion["kind"], number> = { schema: 8, table: 7, view: 6, column: 3, function: 1, keyword: 17, type: 25 };

/** Completions of one document, from the target's catalogue. */
export function completions(session: RoomSession, document: Document, editor: DocumentEditor): languages.CompletionItemProvider {
  return {
    triggerCharacters: ["."],
    async provideCompletionItems(model, position, _context, token) {
      if (model !== editor.model) return null;
      const offset = model.getOffsetAt(position);
      const { start, text } = statementAround(session, document.id, editor, offset);
      const answer = await session.connection.request({ type: "complete", documentId: document.id, text, offset: offset - start });
      if (!answer.ok || token.isCancellationRequested) return null;
      const reply = CompletionReply.safeParse(answer.value);
      if (!reply.success) return null;
      const suggestions = reply.data.items.map((item, order): languages.CompletionItem => {
        const from = model.getPositionAt(start + item.start);
        const to = model.getPositionAt(start + item.end);
        return {
          label: item.detail === undefined ? item.label : { label: item.label, description: item.detail },
          kind: KINDS[item.kind] as languages.CompletionItemKind,
          insertText: item.insert,
          sortText: String(order).padStart(4, "0"),
          range: { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column },
        };
      });
      // The server's list is cut at its best 200, so it is asked again as the word grows.
      return { suggestions, incomplete: suggestions.length >= 200 };
    },
  };
}

/** The statement the cursor is in if its analysis is up to date, else the whole text: the server finds its way in both. */
function statementAround(
  session: RoomSession,
  documentId: string,
  editor: DocumentEditor,
  offset: number,
): { start: number; text: string } {
  const { drafts, me } = session.state.get();
  const own = drafts.find((draft) => draft.documentId === documentId && draft.userId === me?.id);
  if (own && offset >= own.start && offset <= own.end && editor.isCurrent(own)) return { start: own.start, text: own.text };
  return { start: 0, text: editor.model.getValue() };
}
