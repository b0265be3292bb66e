import type {
  Command,
  Connection,
  Document,
  DraftAnalysis,
  Principal,
  Problem,
  Role,
  Room,
  RoomSnapshot,
  ServerMessage,
  Terminal,
  TimelineEntry,
} from "@interlock/protocol";

/** How the browser is linked to the agent. `refused` and `reload` end by a person's act only. */
export type Link =
  | { phase: "connecting" | "live" }
  | { phase: "reconnecting"; attempt: number; retryAt: number; why: string }
  | { phase: "refused" | "reload" | "signed_out"; why: string };

/** Whether only a person's act can bring the room back. */
export const hasEnded = ({ phase }: Link) => phase === "refused" || phase === "reload" || phase === "signed_out";

/** Everything known of the room; replaced, never changed in place. */
export interface RoomState {
  link: Link;
  /** Round trip to the agent in milliseconds. */
  latencyMs: number | undefined;
  /** Absent until the first snapshot. */
  room: Room | undefined;
  me: Principal | undefined;
  role: Role;
  connections: readonly Connection[];
  documents: readonly Document[];
  /** Newest first. */
  commands: readonly Command[];
  /** Older commands that have not ended and of which nothing else is known here. */
  commandsLeft: number;
  /** Newest first. */
  timeline: readonly TimelineEntry[];
  drafts: readonly DraftAnalysis[];
  /** Newest first. */
  terminals: readonly Terminal[];
  auditHead: { seq: number; hash: string } | undefined;
  policyProblem: string | undefined;
  demo: boolean;
  /** The last problem outside a request; `at` makes two equal ones different. */
  problem: { problem: Problem; at: number } | undefined;
}

export const EMPTY_ROOM: RoomState = {
  link: { phase: "connecting" },
  latencyMs: undefined,
  room: undefined,
  me: undefined,
  role: "observer",
  connections: [],
  documents: [],
  commands: [],
  commandsLeft: 0,
  timeline: [],
  drafts: [],
  terminals: [],
  auditHead: undefined,
  policyProblem: undefined,
  demo: false,
  problem: undefined,
};

const TIMELINE_KEPT = 2_000;

/** The state after a message. Replies change nothing here: they belong to their request. */
export function applyMessage(state: RoomState, message: ServerMessage, now: number = Date.now()): RoomState {
  switch (message.type) {
    case "snapshot":
      return fromSnapshot(state, message.snapshot);
    case "reply":
      return state;
    case "room":
      return { ...state, room: message.room };
    case "role":
      return { ...state, role: message.role };
    case "document":
      return { ...state, documents: put(state.documents, message.document, "last") };
    case "document.gone":
      return { ...state, documents: state.documents.filter(({ id }) => id !== message.documentId) };
    case "connection":
      return { ...state, connections: put(state.connections, message.connection, "last") };
    case "draft":
      return { ...state, drafts: [...withoutDraft(state.drafts, message.draft), message.draft] };
    case "draft.gone":
      return { ...state, drafts: withoutDraft(state.drafts, message) };
    case "command":
      return { ...state, commands: put(state.commands, message.command, "first") };
    case "terminal":
      return { ...state, terminals: put(state.terminals, message.terminal, "first") };
    case "timeline":
      return { ...state, timeline: mergeTimeline(state.timeline, message.entries), auditHead: message.auditHead };
    case "policy":
      return { ...state, policyProblem: message.problem };
    case "looks":
      // Where people are moves who follows them, and is nothing to draw.
      return state;
    case "objects":
      // They have a store of their own: they are many, and change often.
      return state;
    case "problem":
      return { ...state, problem: { problem: message.problem, at: now } };
  }
}

function fromSnapshot(state: RoomState, snapshot: RoomSnapshot): RoomState {
  return {
    ...state,
    link: { phase: "live" },
    room: snapshot.room,
    me: snapshot.me,
    role: snapshot.role,
    connections: snapshot.connections,
    documents: snapshot.documents,
    commands: snapshot.commands,
    commandsLeft: snapshot.commandsLeft,
    timeline: snapshot.timeline,
    drafts: snapshot.drafts,
    terminals: snapshot.terminals,
    auditHead: snapshot.auditHead,
    policyProblem: snapshot.policyProblem,
    demo: snapshot.demo,
  };
}

/** Replaces the element with the same id where it stands, or adds it at the named end. */
function put<T extends { id: string }>(list: readonly T[], item: T, end: "first" | "last"): readonly T[] {
  const at = list.findIndex((other) => other.id === item.id);
  if (at >= 0) return list.with(at, item);
  return end === "first" ? [item, ...list] : [...list, item];
}

const withoutDraft = (drafts: readonly DraftAnalysis[], who: { documentId: string; userId: string }) =>
  drafts.filter((draft) => draft.documentId !== who.documentId || draft.userId !== who.userId);

/** Entries may come in any order and more than once. */
function mergeTimeline(known: readonly TimelineEntry[], entries: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const bySeq = new Map(known.map((entry) => [entry.seq, entry]));
  for (const entry of entries) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, TIMELINE_KEPT);
}
