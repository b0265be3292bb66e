import { visiblePieces } from "./visible-text.ts";

/** A text in which nothing is invisible. */
export function VisibleText({ text }: { text: string }) {
  return visiblePieces(text).map((piece, index) =>
    piece.hidden ? (
      // The text never changes while it is shown, so neither does a piece's place.
      <span key={index} className="mx-px rounded-sm bg-delete-soft px-0.5 text-2xs text-delete-text">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}
