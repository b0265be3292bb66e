import type { Command } from "@interlock/protocol";
import { createStore, type Store } from "../room/store.ts";
import { LogFollow, type LogPort } from "./log-follow.ts";
import { logsKey, type LogsTarget } from "./logs-target.ts";

export type { LogsTarget } from "./logs-target.ts";

export interface OpenLog {
  /** Of its pane. */
  key: string;
  target: LogsTarget;
}

/** Panes kept at most; beyond it the oldest one is closed, and its command with it. */
const PANES = 8;

/** The logs panes of a room in this browser. A pane that is closed ends its command. */
export class OpenLogs {
  readonly panes: Store<readonly OpenLog[]> = createStore<readonly OpenLog[]>([]);
  readonly #port: LogPort;
  readonly #follows = new Map<string, LogFollow>();

  constructor(port: LogPort) {
    this.#port = port;
  }

  /** The key of the pane, which is made when there is none. */
  open(target: LogsTarget): string {
    const key = logsKey(target);
    if (!this.#follows.has(key)) {
      this.#follows.set(key, new LogFollow(target, this.#port));
      this.panes.update((panes) => [...panes, { key, target }]);
      for (const { key: old } of this.panes.get().slice(0, -PANES)) this.close(old);
    }
    return key;
  }

  follow(key: string): LogFollow | undefined {
    return this.#follows.get(key);
  }

  close(key: string): void {
    this.#follows.get(key)?.dispose();
    this.#follows.delete(key);
    this.panes.update((panes) => panes.filter((pane) => pane.key !== key));
  }

  /** Whether a pane here shows this command's rows, so that no other tab need. */
  owns(command: Command): boolean {
    return [...this.#follows.values()].some((follow) => follow.owns(command));
  }

  /** Commands that run for panes here, or wait to. */
  unended(): Command[] {
    return [...this.#follows.values()].flatMap(({ unended }) => unended ?? []);
  }

  dispose(): void {
    for (const key of [...this.#follows.keys()]) this.close(key);
  }
}
