import type { AuditEvent, AuditType } from "@interlock/protocol";

type Data = AuditEvent["data"];

/** What an audit event says, as the rest of a sentence that begins with its actor; a whole sentence where there is none. */
export function sentence(event: Pick<AuditEvent, "type" | "actor" | "data">): string {
  const say = SENTENCES[event.type as AuditType];
  return say === undefined ? event.type.replaceAll(/[._]/g, " ") : say(event.data, event.actor);
}

const SENTENCES: Record<AuditType, (data: Data, actor: string) => string> = {
  "system.started": () => "Interlock started",
  "system.stopped": () => "Interlock stopped",
  "user.created": (data) => `added ${text(data, "user")}`,
  "user.signed_in": () => "signed in",
  "user.signed_out": () => "signed out",
  "user.sign_in_failed": () => "could not sign in",
  "token.created": () => "created a token",
  "token.revoked": () => "revoked a token",
  "room.opened": (data) => (data["again"] === true ? "opened the room again" : "opened the room"),
  "room.closed": () => "closed the room",
  "room.joined": (data) => (data["again"] === true ? "came back" : data["role"] === "observer" ? "joined as an observer" : "joined"),
  "room.left": () => "left",
  "room.role_changed": (data) => `made ${text(data, "user")} ${text(data, "to")}`,
  "document.created": (data) => `created ${text(data, "name") || "a document"}`,
  "document.removed": (data) => `removed ${text(data, "name") || "a document"} from the room`,
  "draft.analysed": () => "had a draft analysed",
  "objects.listed": (data) => `looked through ${text(data, "connection")}`,
  "object.opened": (data) => `opened ${text(data, "object")} of ${text(data, "connection")}`,
  "reachability.asked": (data) => `asked whether ${text(data, "from")} reaches ${text(data, "to")} in ${text(data, "connection")}`,
  "posture.read": (data) => `looked at the posture of ${text(data, "connection")}`,
  "rights.asked": (data) => `asked who may ${text(data, "right")} in ${text(data, "connection")}`,
  "usage.imported": (data) => `imported the audit log ${text(data, "name")} of ${text(data, "connection")}`,
  "usage.removed": (data) => `removed the imported audit log ${text(data, "name")} of ${text(data, "connection")}`,
  "roles.read": (data) => `read the roles and bindings of ${text(data, "connection")}`,
  "update.refused": () => "sent an edit that was refused",
  "command.proposed": (data, actor) => `proposed ${title(data)}${others(data, actor)}`,
  "command.denied": (data) => `Blocked: ${title(data)} — ${text(data, "message")}`,
  "command.reviewed": (data) => `${data["decision"] === "approve" ? "approved" : "rejected"} ${title(data)}`,
  "command.approved": (data) => `${title(data)} may run${inSeconds(data)}`,
  "command.rejected": (data) => `ended ${title(data)} by rejecting it`,
  "command.withdrawn": (data) => `withdrew ${title(data)}`,
  "command.expired": (data) => `${title(data)} waited too long and expired`,
  "command.held": (data, actor) => held(data, actor),
  "command.resumed": (data) => `resumed ${title(data)}`,
  "command.started": (data, actor) => (actor === "system" ? `${title(data)} started` : `ran ${title(data)}`),
  "command.host_started": (data) => `${title(data)}: began on ${text(data, "host")}`,
  "command.host_ended": (data) => `${title(data)}: ${text(data, "host")} ${hostEnd(data)}`,
  "command.succeeded": (data) => succeeded(data),
  "command.failed": (data) => `${title(data)} failed${because(data)}${exit(data)}${onHosts(data)}`,
  "command.cancelled": (data, actor) => cancelled(data, actor),
  "command.rolled_back": (data) => `${title(data)} was rolled back${excess(data)}`,
  "command.unknown": (data) =>
    data["why"] === "restart"
      ? `${title(data)} was running when Interlock stopped; its outcome is unknown`
      : `${title(data)} ended without a known outcome`,
  "terminal.opened": (data) =>
    `${openedHow(data)} ${text(data, "name")}${text(data, "reason") === "" ? "" : `: “${text(data, "reason")}”`}`,
  "files.listed": (data) => `looked into ${text(data, "path")} of ${text(data, "connection")}`,
  "file.denied": (data) =>
    `Blocked: ${text(data, "act")} of ${text(data, "path")} on ${text(data, "connection")} — ${text(data, "message")}`,
  "file.previewed": (data) => `looked at ${text(data, "path")} of ${text(data, "connection")}`,
  "file.download_asked": (data) => `asked for ${text(data, "path")} of ${text(data, "connection")}`,
  "file.downloaded": (data) =>
    `downloads ${text(data, "path")} of ${text(data, "connection")} (${number(data, "size")} bytes)${text(data, "reason") === "" ? "" : `: “${text(data, "reason")}”`}`,
  "file.download_ended": (data) => `${text(data, "path")} of ${text(data, "connection")}: ${number(data, "bytes")} bytes were taken`,
  "file.received": (data) => `sent ${number(data, "bytes")} bytes for ${text(data, "path")} of ${text(data, "connection")}`,
  "terminal.denied": (data) => `Blocked: a shell on ${text(data, "name")} — ${text(data, "message")}`,
  "terminal.connected": (data) => `The shell on ${text(data, "name")} was connected${watched(data)}`,
  "terminal.control": (data, actor) => control(data, actor),
  "terminal.moderated": (data) =>
    text(data, "moderating") === "yes" ? `watches over ${text(data, "name")}` : `does not watch over ${text(data, "name")} any more`,
  "terminal.paused": (data) => `Typing on ${text(data, "name")} is paused: nobody watches over it`,
  "terminal.resumed": (data) => `Typing on ${text(data, "name")} goes on`,
  "terminal.killed": (data) => `ended the shell on ${text(data, "name")}`,
  "terminal.line_asked": (data) =>
    text(data, "decision") === "deny"
      ? `Blocked on ${text(data, "name")}: ${text(data, "line")} — ${text(data, "message")}`
      : `asks to run on ${text(data, "name")}: ${text(data, "line")}`,
  "terminal.line_reviewed": (data) => `agreed to run on ${text(data, "name")}: ${text(data, "line")}`,
  "terminal.line_decided": (data) =>
    `${text(data, "outcome") === "run" ? "let run" : "sent back"} on ${text(data, "name")}: ${text(data, "line")}${because(data)}`,
  "terminal.ended": (data) => `The shell on ${text(data, "name")} ended${shellEnd(data)}`,
  "recording.chained": () => "A recording was chained into the log",
  "recording.failed": (data) => `The shell on ${text(data, "name")} is not recorded any more: ${text(data, "why")}`,
  "recording.watched": (data) => `watched the recording of ${text(data, "name")}`,
  "recording.downloaded": (data) => `downloaded the recording of ${text(data, "name")} as asciicast ${text(data, "format")}`,
  "recording.searched": (data) =>
    data["count"] === 1
      ? `searched in the recording of ${text(data, "name") || "a shell"}`
      : `searched in the recordings of ${number(data, "count")} shells`,
  "recording.held": (data) => `held the recording of ${text(data, "name")}, which is not removed: ${text(data, "reason")}`,
  "recording.released": (data) => `released the recording of ${text(data, "name")}, which may be removed again`,
  "recording.removed": (data) => `The recording of ${text(data, "name")} was removed by retention, under the rule ${text(data, "rule")}`,
  "host_key.met": (data) => `${text(data, "host")} answered with a key that nobody has approved: ${text(data, "fingerprint")}`,
  "host_key.approved": (data) => `approved the key of ${text(data, "host")}: ${text(data, "fingerprint")}`,
  "host_key.refused": (data) => `refused the key of ${text(data, "host")}: ${text(data, "fingerprint")}`,
  "secret.shown": (data) =>
    `was shown ${text(data, "key")} of Secret ${text(data, "namespace")}/${text(data, "name")} of ${text(data, "connection")}: ${text(data, "reason")}`,
  "cluster_token.issued": (data) =>
    `was issued a token of ${text(data, "account")} of ${text(data, "connection")} until ${clock(data)}${agreed(data)}`,
  "cluster_token.fetched": (data) => `fetched the token of ${text(data, "account")} of ${text(data, "connection")}`,
  "result.exported": (data) => `exported the result of ${title(data)} as ${text(data, "format")}`,
  "result.removed": (data) => `The result of ${title(data)} was removed after ${number(data, "days")} days`,
  "undo.removed": (data) =>
    `What ${title(data)} changed is kept no longer: ${number(data, "rows")} ${things(data)} can be put back no more`,
  "policy.loaded": () => "The policy was loaded",
  "policy.refused": () => "The policy file is not valid; the last good one stays",
  "connection.created": (data) => `added the connection ${text(data, "name")}`,
  break_glass: () => "broke the glass",
};

function text(data: Data, key: string): string {
  const value = data[key];
  return typeof value === "string" ? value : "";
}

/** `12:34 UTC`, with its day: a token may outlive it. */
function clock(data: Data): string {
  const at = text(data, "expiresAt");
  return at === "" ? "?" : `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function agreed(data: Data): string {
  const names = Array.isArray(data["agreedBy"]) ? data["agreedBy"].filter((name) => typeof name === "string") : [];
  return names.length === 0 ? "" : `, agreed by ${names.join(", ")}`;
}

function number(data: Data, key: string): string {
  const value = data[key];
  return typeof value === "number" ? value.toLocaleString("en") : "?";
}

/** What was done to come into a host or a pod. */
function openedHow(data: Data): string {
  const container = text(data, "container");
  const where = container === "" ? "" : `${container} of `;
  switch (text(data, "mode")) {
    case "attach":
      return `joined the program of ${where}`.trimEnd();
    case "debug":
      return `put a container of ${text(data, "image")} beside ${where}`.trimEnd();
    default:
      return `opened a shell ${container === "" ? "on" : `in ${where}`}`.trimEnd();
  }
}

function watched(data: Data): string {
  const names = data["moderators"];
  return Array.isArray(names) && names.length > 0 ? `, watched over by ${names.join(", ")}` : "";
}

function control(data: Data, actor: string): string {
  const to = text(data, "to");
  if (to === "") return `took control of ${text(data, "name")} from ${text(data, "from")} and gave it to nobody`;
  return to === actor ? `took control of ${text(data, "name")}` : `gave control of ${text(data, "name")} to ${to}`;
}

const title = (data: Data): string => text(data, "title") || "a command";

function others(data: Data, actor: string): string {
  const authors = data["authors"];
  const names = Array.isArray(authors) ? authors.flatMap((name) => (typeof name === "string" && name !== actor ? [name] : [])) : [];
  return names.length === 0 ? "" : ` with ${names.join(", ")}`;
}

function inSeconds(data: Data): string {
  const ms = data["countdownMs"];
  return typeof ms === "number" && ms > 0 ? ` in ${Math.ceil(ms / 1000)} s` : "";
}

function held(data: Data, actor: string): string {
  if (data["why"] === "restart") return `${title(data)} is held: Interlock restarted during its countdown`;
  if (data["why"] === "policy") return `${title(data)} waits for reviews again: the policy has become stricter`;
  return actor === "system" ? `${title(data)} is held` : `held ${title(data)}`;
}

function cancelled(data: Data, actor: string): string {
  if (data["why"] === "revoked") return `${title(data)} was cancelled: who ran it has no access any more`;
  return actor === "system" ? `${title(data)} was cancelled` : `cancelled ${title(data)}`;
}

function counts(data: Data): string {
  const affected = Array.isArray(data["affected"]) ? data["affected"] : [];
  const written = affected.flatMap((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    const rows = (["inserted", "updated", "deleted"] as const).flatMap((verb) => {
      const count = one[verb];
      return typeof count === "number" && count > 0 ? [`${count.toLocaleString("en")} ${verb}`] : [];
    });
    return rows.length === 0 ? [] : [`${text(one, "object")} ${rows.join(", ")}`];
  });
  const parts = [...few(written), ...read(data["rows"])];
  return parts.length === 0 ? "" : ` · ${parts.join(" · ")}`;
}

/** Things that one line names; a namespace that is put back writes hundreds. */
const NAMED = 5;

function few(written: readonly string[]): string[] {
  return written.length <= NAMED ? [...written] : [...written.slice(0, NAMED - 1), `${written.length - NAMED + 1} more`];
}

/** `3 rows`; of several results their number and the rows of all. */
function read(counts: Data[string] | undefined): string[] {
  const results = Array.isArray(counts) ? counts.filter((count) => typeof count === "number") : [];
  if (results.length === 0) return [];
  const rows = results.reduce((sum, count) => sum + count, 0);
  const words = `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
  return [results.length === 1 ? words : `${results.length} results, ${words}`];
}

/** A dry run's counts are of what it would have done. */
function succeeded(data: Data): string {
  const what = counts(data);
  if (data["dryRun"] !== true) return `${title(data)} succeeded${what}`;
  return `${title(data)} ended, nothing was changed${what === "" ? "" : ` · it would be${what.replace(/^ ·/, ":")}`}`;
}

function because(data: Data): string {
  const code = text(data, "code");
  if (code === "undo_conflict") return `: nothing was put back, ${conflicts(data)}`;
  if (code === "undo_lost") return ": nothing was changed, what undo needs could not be kept";
  if (code === "undo_unavailable") return ": nothing was put back, it has been already or what it needs is kept no longer";
  if (code === "targets_changed") return ": nothing was done, what it names is not as it was when it was agreed to";
  // That the statement failed is what the sentence says.
  return code === "" || code === "statement_failed" ? "" : ` (${code.replaceAll("_", " ")})`;
}

/** What was kept and put back. */
const things = (data: Data): "objects" | "rows" => (data["unit"] === "objects" ? "objects" : "rows");

const HOST_ENDS: Record<string, string> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled",
  unknown: "ended without a known outcome",
};

function hostEnd(data: Data): string {
  const state = text(data, "state");
  return `${HOST_ENDS[state] ?? state}${state === "failed" ? because(data) : ""}${exit(data)}`;
}

/** How a program ended that did not end well. */
function exit(data: Data): string {
  const ended = data["exit"];
  if (typeof ended !== "object" || ended === null || Array.isArray(ended)) return "";
  if (typeof ended["signal"] === "string") return ` (signal ${ended["signal"]})`;
  return typeof ended["code"] === "number" && ended["code"] !== 0 ? ` (exit code ${ended["code"]})` : "";
}

/** What ended a shell, unless its person left it, or the entry before says who ended it. */
function shellEnd(data: Data): string {
  const end = data["end"];
  if (typeof end !== "object" || end === null || Array.isArray(end)) return "";
  const why = text(end, "why");
  if (why !== "") return why.startsWith("it was ended by ") ? "" : `: ${why.replace(/\.$/, "")}`;
  return exit({ exit: { code: end["exitCode"] ?? null, signal: end["signal"] ?? null } });
}

/** `: web-2 failed, 1 not begun`, of several hosts. */
function onHosts(data: Data): string {
  const hosts = Array.isArray(data["hosts"]) ? data["hosts"] : [];
  const by = (state: string): string[] =>
    hosts.flatMap((one) =>
      typeof one === "object" && one !== null && !Array.isArray(one) && one["state"] === state ? [text(one, "host")] : [],
    );
  const failed = by("failed");
  const parts = [
    ...(failed.length === 0 ? [] : [`${few(failed).join(", ")} failed`]),
    ...(by("succeeded").length === 0 ? [] : [`${by("succeeded").length} succeeded`]),
    ...(by("skipped").length === 0 ? [] : [`${by("skipped").length} not begun`]),
  ];
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

function conflicts(data: Data): string {
  if (data["conflicts"] === 1) return `1 ${things(data).slice(0, -1)} is not as the run left it`;
  return typeof data["conflicts"] === "number"
    ? `${number(data, "conflicts")} ${things(data)} are not as the run left them`
    : `${things(data)} were changed since`;
}

function excess(data: Data): string {
  const guard = Array.isArray(data["guard"]) ? data["guard"] : [];
  const over = guard.flatMap((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    return [`${text(one, "object")} ${number(one, "actual")} instead of ${number(one, "approved")}`];
  });
  return over.length === 0 ? "" : `: it did more than was approved (${over.join(", ")})`;
}
