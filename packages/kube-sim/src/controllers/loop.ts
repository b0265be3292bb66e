import type { Cluster } from "../cluster.ts";
import type { Change } from "../store/store.ts";
import { type Controller, Hands, type Pace } from "./controller.ts";
import { startDue } from "./cron-job.ts";

/** How often schedules are looked at, in milliseconds. */
const TICK = 10_000;

/** More rounds than any settling takes: two controllers undo each other's work. */
const MOST_ROUNDS = 200_000;

interface Timer {
  key: string;
  act: () => void;
  handle: NodeJS.Timeout;
}

/**
 * Runs the controllers. A change marks the controllers that watch it; they run after the request that made it is answered, one at a time and always
 * in the same order, until nothing is marked.
 */
export class ControlLoop {
  readonly #cluster: Cluster;
  readonly #controllers: readonly { controller: Controller; hands: Hands; dirty: Set<string> }[];
  readonly #timers = new Map<string, Timer>();
  readonly #unsubscribe: () => void;
  readonly #ticking: NodeJS.Timeout;
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(cluster: Cluster, controllers: readonly Controller[], pace: Pace) {
    this.#cluster = cluster;
    const after = (key: string, ms: number, act: () => void): void => this.#after(key, ms, act);
    this.#controllers = controllers.map((controller) => ({
      controller,
      hands: new Hands(cluster, pace, controller.name, after),
      dirty: new Set(),
    }));
    this.#unsubscribe = cluster.store.onChange((change) => this.#mark(change));
    for (const { controller, dirty } of this.#controllers) {
      dirty.add("");
      if (controller.clusterWide !== true) for (const namespace of cluster.store.list("namespaces")) dirty.add(namespace.metadata.name);
    }
    const scheduling = new Hands(cluster, pace, "cronjob-controller", after);
    this.#ticking = setInterval(() => startDue(scheduling), TICK).unref();
    this.#schedule();
  }

  /** Runs until nothing is left to do, without waiting: what would happen after a while happens now. */
  settle(): void {
    this.#run();
    // Only what is pending now: a retry that fails again would never come to an end.
    for (let round = 0; round < 100; round++) {
      const due = [...this.#timers.values()];
      if (due.length === 0) return;
      for (const timer of due) {
        clearTimeout(timer.handle);
        this.#timers.delete(timer.key);
        timer.act();
      }
      const before = this.#cluster.store.version;
      this.#run();
      if (this.#cluster.store.version === before) return;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    clearInterval(this.#ticking);
    clearImmediate(this.#scheduled);
    for (const timer of this.#timers.values()) clearTimeout(timer.handle);
    this.#timers.clear();
  }

  #mark(change: Change): void {
    for (const { controller, dirty } of this.#controllers) {
      if (controller.watches.includes(change.storage) || controller.watches.includes("*")) {
        dirty.add(controller.clusterWide === true ? "" : (change.object.metadata.namespace ?? ""));
      }
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#scheduled ??= setImmediate(() => this.#run());
  }

  #run(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const next = this.#controllers.find(({ dirty }) => dirty.size > 0);
      if (next === undefined) return;
      const [namespace] = next.dirty as Set<string> & Iterable<string>;
      next.dirty.delete(namespace!);
      next.controller.reconcile(next.hands, namespace!);
    }
    throw new Error("the controllers do not come to rest");
  }

  #after(key: string, ms: number, act: () => void): void {
    if (this.#stopped || this.#timers.has(key)) return;
    const handle = setTimeout(() => {
      this.#timers.delete(key);
      act();
      this.#run();
    }, ms);
    handle.unref();
    this.#timers.set(key, { key, act, handle });
  }
}
