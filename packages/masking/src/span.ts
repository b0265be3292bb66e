/** A part of a value that is masked, in bytes, end exclusive. */
export interface Span {
  start: number;
  end: number;
  kind: "email" | "card";
}
