/** What a terminal opens at a target, and how large it is there. */
export interface TerminalRequest {
  /** Of the screen, in cells. */
  columns: number;
  rows: number;
  /** What runs; absent: the login shell of the connection's account. */
  program?: TerminalProgram;
  /** Sent to the target where its protocol lets one, e.g. `INTERLOCK_ROOM=INC-482`; a target may ignore them. */
  environment?: Readonly<Record<string, string>>;
}

/** A program instead of the login shell, or a place in a target of many. */
export interface TerminalProgram {
  /** Program and arguments; absent: a shell that is there. */
  argv?: readonly string[];
  /** The pod, where the target is a cluster. */
  pod?: PodProgram;
}

/**
 * How one comes into a pod: `exec` runs a program beside those that are there; `attach` joins the one that a container was started with;
 * `debug` puts a container of its own into the pod and joins that.
 */
export type PodMode = "exec" | "attach" | "debug";

/** A place in a pod. */
export interface PodProgram {
  namespace: string;
  name: string;
  /** Absent: the one its annotation calls the default, else the first. Of `debug`, the one whose processes are to be seen. */
  container?: string;
  /** Absent: `exec`. */
  mode?: PodMode;
  /** Of `debug`: what its container is made of. */
  image?: string;
  /** Of the pod that is meant. Another one of the same name is refused with `targets_changed`. */
  uid?: string;
}

/** A pod, as far as people and rules are told of it before anything is opened there. */
export interface PodFacts {
  uid: string;
  labels: Readonly<Record<string, string>>;
  /** What is entered where none is named. */
  defaultContainer: string;
  containers: readonly PodContainer[];
  /** Why nothing can be opened there at all, in words. */
  lacks?: string;
}

export interface PodContainer {
  name: string;
  image: string;
  type: "container" | "init" | "ephemeral";
  running: boolean;
  /** It was started with a standard input: what is typed after an attach reaches it. */
  stdin: boolean;
  tty: boolean;
}

/** How a terminal ended, as far as the target said. */
export interface TerminalEnd {
  exitCode?: number;
  /** Name without SIG, e.g. `HUP`. */
  signal?: string;
  /** In words, where it did not end by itself: the link broke, the target closed it, it was killed. */
  why?: string;
}

/** What killing reached. */
export interface TerminalKill {
  /** What was done at the target, e.g. `sent HUP and closed the channel`. */
  did: string;
  /** In words for people: what may run on there; absent where nothing can. */
  mayStillRun?: string;
}

/**
 * An interactive program at a target, as bytes. Bytes that came before `onData` was called are told to it. Nothing of it is masked or
 * filtered: whoever shows it does that.
 */
export interface TerminalChannel {
  /** Why what is typed reaches nothing, in words. Absent: it does. */
  readonly readOnly?: string;
  /** Called with each piece of output in its order; its memory is not used again. One listener. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Stops reading, so that the program waits once the buffers between are full. */
  pause(): void;
  resume(): void;
  /** Resolves once the target's flow control has taken the bytes. Rejects with TargetError once the terminal has ended. */
  write(bytes: Uint8Array): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Ends it as firmly as the protocol lets one. Never rejects; killing what has ended does nothing. */
  kill(): Promise<TerminalKill>;
  /** Resolves after the last byte of output was told. Never rejects. */
  readonly ended: Promise<TerminalEnd>;
}
