import type { ErrorCode } from "@interlock/protocol";
import { toast } from "sonner";
import { OpenDocuments } from "../editor/document-session.ts";
import { endCommand } from "../logs/end-command.ts";
import { OpenHostFiles } from "../host-files/open-host-files.ts";
import { OpenInquiries } from "../reachability/open-inquiries.ts";
import type { ReachTexts } from "../reachability/reach-text.ts";
import { OpenLogs, type LogsTarget } from "../logs/open-logs.ts";
import { ObjectStore } from "../objects/object-store.ts";
import { ResultStore } from "../results/result-store.ts";
import { Following } from "../presence/following.ts";
import { OwnTokens } from "../tokens/own-tokens.ts";
import { tellKept } from "../yaml/tell-kept.ts";
import type { DiscardedEdit } from "../yaml/object-buffer.ts";
import { objectTitle, OpenObjects, type ObjectTarget } from "../yaml/open-objects.ts";
import { openPod, type PodWish } from "../pods/open-pod.ts";
import { openShell, type ShellTarget } from "../terminal/open-shell.ts";
import { OpenTerminals } from "../terminal/open-terminals.ts";
import { documentPanel } from "./in-front.ts";
import { type Answer, type Request, RoomConnection, type Socket } from "./room-connection.ts";
import { applyMessage, EMPTY_ROOM, type RoomState } from "./room-state.ts";
import { createStore, type Store } from "./store.ts";
import { fetchTicket, socketAddress } from "./ticket.ts";

/** What this person looks at; nobody else's business. */
export interface RoomView {
  documentId: string | undefined;
  /** The command card to show; `at` makes asking twice two requests. Whoever is typing keeps the focus. */
  command: { id: string; at: number; focus: boolean } | undefined;
  /** The result to show. */
  result: { executionId: string; statement: number; at: number } | undefined;
  /** The logs pane to show. */
  logs: { key: string; at: number } | undefined;
  /** The object to show. */
  object: { key: string; at: number } | undefined;
  /** The pane about the network of a cluster to show. */
  inquiry: { key: string; at: number } | undefined;
  /** The terminal to show. */
  terminal: { key: string; at: number } | undefined;
  /** The document to which somebody is followed. */
  followedTo: { documentId: string; at: number } | undefined;
  /** The files of a host to show. */
  hostFiles: { key: string; at: number } | undefined;
  /** A shell that is to be opened once its reason is given. */
  shell: ShellTarget | undefined;
  /** A pod in which a way is to be chosen. */
  pod: PodWish | undefined;
  /** Which pane a narrow window shows. */
  pane: Pane;
  /** What of the dock is to be brought to the front if it is hidden behind tabs. */
  front: { kind: "documents" | "results"; at: number } | undefined;
  /** The document whose editor is to have the keyboard as soon as it is there. */
  typeInto: { documentId: string; at: number } | undefined;
  /** How often the person asked for the original layout: each time the panes are made anew. */
  layoutResets: number;
}
export const PANES = ["editor", "queue", "connections"] as const;
export type Pane = (typeof PANES)[number];

/** Everything that lives as long as the room is open in this browser. `close` ends it; a closed session is not opened again. */
export class RoomSession {
  readonly roomId: string;
  readonly state: Store<RoomState> = createStore(EMPTY_ROOM);
  readonly view: Store<RoomView>;
  readonly results: ResultStore;
  readonly documents = new OpenDocuments();
  readonly logs: OpenLogs;
  readonly objects: ObjectStore;
  readonly openObjects: OpenObjects;
  readonly inquiries: OpenInquiries;
  readonly tokens = new OwnTokens();
  readonly terminals: OpenTerminals;
  readonly following: Following;
  readonly hostFiles = new OpenHostFiles();
  readonly connection: RoomConnection;
  readonly #ending = new AbortController();
  #inserter: ((text: string) => void) | undefined;
  /** By document; of those whose editor is there. */
  readonly #lineInserters = new Map<string, (line: string) => boolean>();
  /** A line for a document that cannot be written into yet. */
  #line: { documentId: string; line: string } | undefined;
  /** By panel. */
  readonly #proposers = new Map<string, (dryRun: boolean) => void>();
  #meant: () => string | undefined = () => undefined;

  constructor(roomId: string, commandId: string | undefined) {
    this.roomId = roomId;
    this.view = createStore<RoomView>({
      documentId: undefined,
      command: commandId === undefined ? undefined : { id: commandId, at: 0, focus: true },
      result: undefined,
      logs: undefined,
      object: undefined,
      inquiry: undefined,
      terminal: undefined,
      followedTo: undefined,
      hostFiles: undefined,
      shell: undefined,
      pod: undefined,
      pane: commandId === undefined ? "editor" : "queue",
      front: undefined,
      typeInto: undefined,
      layoutResets: 0,
    });
    this.connection = new RoomConnection({
      ticket: fetchTicket,
      open: (ticket, version) => new WebSocket(socketAddress(`/ws/room/${roomId}`, { ticket, v: String(version) })) as Socket,
      onMessage: (message) => {
        if (message.type === "objects") return this.objects.receive(message);
        if (message.type === "looks") return this.following.heard(message);
        this.state.update((state) => applyMessage(state, message));
        if (message.type === "snapshot") this.openObjects.enter(message.snapshot.me.id);
      },
      onLive: () => {
        this.results.reconnected();
        this.objects.reconnected();
        this.following.reconnected();
      },
      onBinary: (frame) => this.results.receive(frame),
      onLink: (link) => this.state.update((state) => ({ ...state, link, latencyMs: undefined })),
      onLatency: (latencyMs) => this.state.update((state) => ({ ...state, latencyMs })),
    });
    this.results = new ResultStore({
      pull: (executionId, statement, from, count) => this.connection.notify({ type: "result.pull", executionId, statement, from, count }),
      stop: (executionId, statement) => this.connection.notify({ type: "result.stop", executionId, statement }),
    });
    this.objects = new ObjectStore({
      ask: (request) => this.connection.request(request),
      notify: (message) => this.connection.notify(message),
    });
    this.openObjects = new OpenObjects({
      roomId,
      room: this.state,
      ask: (request) => this.connection.request(request),
      objects: this.objects,
      storage: typeof sessionStorage === "undefined" ? undefined : sessionStorage,
    });
    this.inquiries = new OpenInquiries({ roomId, room: this.state });
    this.terminals = new OpenTerminals(this.state);
    this.following = new Following({
      tell: (place) => this.connection.notify({ type: "look", ...place }),
      go: ({ terminalId, documentId }) => {
        const known = (all: readonly { id: string }[], id: string) => all.some((one) => one.id === id);
        const { terminals, documents } = this.state.get();
        if (terminalId !== undefined && known(terminals, terminalId)) this.showTerminal(terminalId);
        // To the front, not into it: who follows keeps the keyboard where it is.
        else if (documentId !== undefined && known(documents, documentId))
          this.show({ followedTo: { documentId, at: Date.now() }, pane: "editor" });
      },
    });
    this.logs = new OpenLogs({
      roomId,
      room: this.state,
      results: this.results,
      end: (id) => {
        const state = this.state.get().commands.find((command) => command.id === id)?.state;
        void endCommand((request, handled) => this.ask(request, handled), id, state);
      },
    });
  }

  open(): void {
    this.connection.start();
    const again = () => {
      if (document.visibilityState === "hidden") return;
      this.connection.retryNow();
      this.documents.retryNow();
      this.terminals.retryNow();
    };
    const { signal } = this.#ending;
    window.addEventListener("online", again, { signal });
    document.addEventListener("visibilitychange", again, { signal });
    // Nobody would see what they follow; a page that goes cannot wait for a socket.
    const leaving = () => {
      for (const { id, state } of this.logs.unended())
        void fetch(`/api/v1/commands/${id}/${state === "running" ? "cancel" : "withdraw"}`, { method: "POST", keepalive: true });
    };
    window.addEventListener("pagehide", leaving, { signal });
  }

  close(): void {
    this.logs.dispose();
    this.terminals.dispose();
    const unsaved = this.openObjects.unsaved().map(({ target }) => target);
    this.openObjects.dispose();
    this.inquiries.dispose();
    this.tokens.dispose();
    if (unsaved.length > 0) tellKept(unsaved);
    this.#ending.abort();
    this.connection.stop();
    this.documents.dispose();
  }

  /** Asks, and says so when it is refused, but for the codes the caller handles itself. */
  async ask(request: Request, handled: readonly ErrorCode[] = []): Promise<Answer> {
    const answer = await this.connection.request(request);
    if (!answer.ok && !this.#ending.signal.aborted && !(handled as readonly string[]).includes(answer.code))
      toast.error(answer.title, { description: [answer.detail, answer.next].filter(Boolean).join(" ") });
    return answer;
  }

  show(change: Partial<RoomView>): void {
    this.view.update((view) => ({ ...view, ...change }));
  }

  showCommand(id: string): void {
    this.show({ command: { id, at: Date.now(), focus: true }, pane: "queue" });
  }

  /** Brings a document to the front and puts the keyboard into it. */
  openDocument(documentId: string): void {
    this.show({ documentId, typeInto: { documentId, at: Date.now() }, pane: "editor" });
  }

  showResult(executionId: string, statement: number): void {
    this.show({ result: { executionId, statement, at: Date.now() }, pane: "editor" });
  }

  /** Shows the logs of a pod, of a workload's pods or of those with labels; the command for it is proposed at once. */
  openLogs(target: LogsTarget): void {
    this.show({ logs: { key: this.logs.open(target), at: Date.now() }, pane: "editor" });
  }

  /** Shows one object of a target. An edit that was begun goes on. */
  openObject(target: ObjectTarget): void {
    this.show({ object: { key: this.openObjects.open(target), at: Date.now() }, pane: "editor" });
  }

  /** Says that an edit is discarded, and brings it back where that is undone: also when its pane is closed, but not after the room is left. */
  tellDiscarded(target: ObjectTarget, edit: DiscardedEdit): void {
    const undo = () => this.show({ object: { key: this.openObjects.bringBack(target, edit), at: Date.now() }, pane: "editor" });
    const told = toast(`Your edit of ${objectTitle(target)} is discarded`, { action: { label: "Undo", onClick: undo } });
    this.#ending.signal.addEventListener("abort", () => toast.dismiss(told), { once: true });
  }

  /** Asks why a connection in a cluster is blocked; what is given is written into its fields. */
  openInquiry(connectionId: string, texts: Partial<ReachTexts> = {}): void {
    const key = this.inquiries.open(connectionId, texts);
    this.show({ inquiry: { key, at: Date.now() }, pane: "editor" });
  }

  /** Opens a shell for the room; where policy wants a reason, that is asked for first. */
  openShell(target: ShellTarget): void {
    void openShell(this, target);
  }

  /** Opens a shell in a pod at once where there is nothing to choose, and asks what is wanted where there is. */
  openPod(wish: PodWish): void {
    void openPod(this, wish);
  }

  /** Shows the files of a host. */
  openHostFiles(connectionId: string): void {
    this.show({ hostFiles: { key: this.hostFiles.open(connectionId), at: Date.now() }, pane: "editor" });
  }

  /** Shows a terminal of the room. */
  showTerminal(terminalId: string): void {
    this.show({ terminal: { key: this.terminals.open(terminalId), at: Date.now() }, pane: "editor" });
  }

  /** The editor that has the cursor offers itself for names from the schema tree, and to propose from the palette. */
  offerEditor(editor: {
    documentId: string;
    insert: (text: string) => void;
    insertLine: (line: string) => boolean;
    propose: (dryRun: boolean) => void;
  }): () => void {
    this.#inserter = editor.insert;
    const withdraw = this.offerProposer(documentPanel(editor.documentId), editor.propose);
    this.#lineInserters.set(editor.documentId, editor.insertLine);
    return () => {
      withdraw();
      if (this.#inserter === editor.insert) this.#inserter = undefined;
      if (this.#lineInserters.get(editor.documentId) === editor.insertLine) this.#lineInserters.delete(editor.documentId);
    };
  }

  /** What is proposed from a panel, by whoever is in it. */
  offerProposer(panel: string, propose: (dryRun: boolean) => void): () => void {
    this.#proposers.set(panel, propose);
    return () => {
      if (this.#proposers.get(panel) === propose) this.#proposers.delete(panel);
    };
  }

  /** The dock says which document or object is meant where none is named. */
  offerPanels(meant: () => string | undefined): () => void {
    this.#meant = meant;
    return () => {
      if (this.#meant === meant) this.#meant = () => undefined;
    };
  }

  /** A line that waited for this document's editor; it is handed out once. */
  takeLine(documentId: string): string | undefined {
    if (this.#line?.documentId !== documentId) return undefined;
    const { line } = this.#line;
    this.#line = undefined;
    return line;
  }

  /** Writes a line into a document of that connection: the one in view, else the first, else a new one. It never runs by itself. */
  async insertLine(connectionId: string, line: string): Promise<void> {
    const own = this.state.get().documents.filter((document) => document.connectionId === connectionId);
    let documentId = (own.find(({ id }) => id === this.view.get().documentId) ?? own[0])?.id;
    if (documentId === undefined) {
      const connection = this.state.get().connections.find(({ id }) => id === connectionId);
      const made = await this.ask({ type: "document.create", name: `${connection?.name ?? "cluster"}.kubectl`, connectionId });
      if (!made.ok || typeof made.value["documentId"] !== "string") return;
      documentId = made.value["documentId"];
    }
    this.openDocument(documentId);
    // A document that is not there yet takes it once it is.
    if (this.#lineInserters.get(documentId)?.(line) !== true) this.#line = { documentId, line };
  }

  insertAtCursor(text: string): void {
    if (this.#inserter) this.#inserter(text);
    else toast("Open a document to insert a name into it.");
  }

  propose(dryRun: boolean): void {
    const panel = this.#meant();
    const propose = panel === undefined ? undefined : this.#proposers.get(panel);
    if (propose) propose(dryRun);
    else toast("Bring the document to the front whose statement is to be proposed.");
  }
}
