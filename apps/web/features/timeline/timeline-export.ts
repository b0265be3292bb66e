import type { Affected, Command, Room, TimelineEntry } from "@interlock/protocol";
import { CONFLICT_WORDS, keyWords } from "../queue/undo-words.ts";
import { mayHaveOlder } from "./timeline-steps.ts";

/** The timeline as a post-incident note in Markdown, oldest first, with the commands it speaks of. Times are UTC. */
export function timelineMarkdown(room: Room, entries: readonly TimelineEntry[], commands: readonly Command[]): string {
  const lines = [`# ${room.code} · ${room.title}`, ""];
  if (room.severity) lines.push(`- Severity: ${room.severity}`);
  lines.push(`- Opened: ${utc(room.openedAt)}`);
  if (room.closedAt) lines.push(`- Closed: ${utc(room.closedAt)}`);
  lines.push(
    `- People: ${room.members.map(({ displayName, role }) => `${displayName} (${role})`).join(", ")}`,
    "",
    "## Timeline (UTC)",
    "",
    ...(mayHaveOlder(entries) ? ["What was before this is in the audit log.", ""] : []),
  );
  for (const { at, actor, text } of entries.toReversed())
    lines.push(`- \`${utc(at)}\` ${actor ? `**${escape(actor.displayName)}** ` : ""}${escape(text)}`);
  const spoken = new Set(entries.map(({ commandId }) => commandId));
  const told = commands.filter(({ id }) => spoken.has(id)).toReversed();
  if (told.length > 0) lines.push("", "## Commands", "");
  for (const command of told) lines.push(...commandLines(command, commands));
  return `${lines.join("\n")}\n`;
}

/** The same facts for programs. */
export function timelineJson(room: Room, entries: readonly TimelineEntry[], commands: readonly Command[]): string {
  return JSON.stringify({ room, timeline: entries.toReversed(), commands: commands.toReversed() }, null, 2);
}

function commandLines(command: Command, all: readonly Command[]): string[] {
  // A text may hold fences itself: the fence is longer than any of its.
  const longest = Math.max(2, ...[...command.text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const reviews = command.reviews.map(
    ({ reviewer, decision }) => `${reviewer.displayName} ${decision === "approve" ? "approved" : "rejected"}`,
  );
  return [
    `### ${escape(command.title)} on ${escape(command.connection.name)}: ${command.state.replace("_", " ")}`,
    "",
    `- By ${[command.proposer, ...command.authors.filter(({ id }) => id !== command.proposer.id)].map(({ displayName }) => escape(displayName)).join(", ")}`,
    ...(command.reason ? [`- Reason: ${escape(command.reason)}`] : []),
    ...(reviews.length > 0 ? [`- ${escape(reviews.join(", "))}`] : []),
    ...(command.dryRun === true ? ["- Dry run: nothing was changed"] : []),
    ...(command.undoOf === undefined ? [] : [`- Undoes ${named(command.undoOf, all)}`]),
    ...(command.execution?.tokens ?? []).map(
      ({ account, expiresAt, id, sha256 }) =>
        `- A token of ${escape(`${account.namespace}/${account.name}`)} until ${utc(expiresAt)}${id === undefined ? "" : `, jti ${escape(id)}`}, SHA-256 \`${sha256}\``,
    ),
    ...(command.execution?.affected ?? [])
      .filter(wrote)
      .map(
        ({ object, inserted, updated, deleted }) =>
          `- ${command.dryRun === true ? "It would be " : ""}${escape(object)}: ${inserted} added, ${updated} changed, ${deleted} deleted`,
      ),
    ...(command.execution?.conflicts ?? []).map(
      (conflict) => `- Not put back: ${escape(`${conflict.object} ${keyWords(conflict)} ${CONFLICT_WORDS[conflict.reason]}`)}`,
    ),
    ...(command.undo?.doneBy === undefined ? [] : [`- Put back by ${named(command.undo.doneBy, all)}`]),
    `- Digest \`${command.digest}\``,
    "",
    `${fence}sql`,
    command.text,
    fence,
    "",
  ];
}

/** What only handed something out wrote nothing. */
const wrote = ({ inserted, updated, deleted }: Affected): boolean => inserted + updated + deleted > 0;

/** Another command by its title and digest, which is what the audit log has. */
function named(id: string, all: readonly Command[]): string {
  const other = all.find((command) => command.id === id);
  return other ? `${escape(other.title)}, digest \`${other.digest}\`` : `the command ${id}`;
}

const utc = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 19)}`;
const escape = (text: string) => text.replaceAll(/[\\`*_[\]<>#|]/gu, String.raw`\$&`).replaceAll("\n", " ");

/** Hands a text to the browser as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
