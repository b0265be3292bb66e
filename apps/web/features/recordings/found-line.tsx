import type { RecordingMatch } from "@interlock/protocol";

/** Letters before a match that are drawn of a long line. */
const BEFORE = 14;
const MOST = 200;

/** A line with what was found in it. */
export function FoundLine({ match: { line, from, to } }: { match: RecordingMatch }) {
  const begin = Math.max(0, from - BEFORE);
  return (
    <span className="min-w-0 truncate font-mono">
      {begin > 0 && "…"}
      {line.slice(begin, from)}
      <mark className="rounded-xs bg-modify-soft text-modify-text">{line.slice(from, to)}</mark>
      {line.slice(to, to + MOST)}
    </span>
  );
}
