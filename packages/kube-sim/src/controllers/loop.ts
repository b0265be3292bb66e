import type { Cluster } from "../cluster.ts";
import type { Change } from "../store/store.ts";
import { type Controller, Hands, type Pace } from "./controller.ts";
import { startDue } from "./cron-job.ts";

/** How long until what was refused is tried again, in milliseconds. */
const RETRY = 2000;

/** How often schedules are looked at, in milliseconds. */
const TICK = 10_000;

/** More rounds than any settling takes: two controllers undo each other's work. */
const MOST_ROUNDS = 20_000;

interface Timer {
  key: string;
  /** Of something that was refused: it may be refused for ever. */
  retry: boolean;
  act: () => void;
  handle: NodeJS.Timeout;
}

/**
 * Runs the controllers. A change marks the controllers that watch it; they run after the request that made it is answered, one at a time and always
 * in the same order, until nothing is marked.
 */
export class ControlLoop {
  readonly #controllers: readonly { controller: Controller; hands: Hands; dirty: Set<string> }[];
  readonly #timers = new Map<string, Timer>();
  readonly #unsubscribe: () => void;
  readonly #ticking: NodeJS.Timeout;
  readonly #fault: (error: Error) => void;
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  /** `fault` is told what a controller threw; that controller then waits for the next change, and the others go on. */
  constructor(cluster: Cluster, controllers: readonly Controller[], pace: Pace, fault: (error: Error) => void) {
    this.#fault = fault;
    const after = (key: string, ms: number, act: () => void): void => this.#after(key, ms, act);
    this.#controllers = controllers.map((controller) => {
      const dirty = new Set<string>();
      const again = (namespace: string): void =>
        this.#after(`retry ${controller.name} ${namespace}`, RETRY, () => dirty.add(namespace), true);
      return { controller, hands: new Hands(cluster, pace, controller.name, after, again), dirty };
    });
    this.#unsubscribe = cluster.store.onChange((change) => this.#mark(change));
    for (const { controller, dirty } of this.#controllers) {
      dirty.add("");
      if (controller.clusterWide !== true) for (const namespace of cluster.store.list("namespaces")) dirty.add(namespace.metadata.name);
    }
    // A schedule that could not be kept is over.
    const scheduling = new Hands(cluster, pace, "cronjob-controller", after, () => {});
    this.#ticking = setInterval(() => startDue(scheduling), TICK).unref();
    this.#schedule();
  }

  /**
   * Runs until nothing is left to do, without waiting: what would happen after a while happens now, and what was refused is tried again, once.
   */
  settle(): void {
    this.#run();
    this.#fire((timer) => timer.retry);
    while ([...this.#timers.values()].some((timer) => !timer.retry)) this.#fire((timer) => !timer.retry);
  }

  #fire(which: (timer: Timer) => boolean): void {
    for (const timer of [...this.#timers.values()].filter(which)) {
      clearTimeout(timer.handle);
      this.#timers.delete(timer.key);
      timer.act();
    }
    this.#run();
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
      const watched = controller.watches.includes(change.storage) || controller.watches.includes("*");
      if (watched && controller.concerns?.(change) !== false) {
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
      try {
        next.controller.reconcile(next.hands, namespace!);
      } catch (error) {
        this.#fault(new Error(`${next.controller.name} failed in namespace ${JSON.stringify(namespace)}`, { cause: error }));
      }
    }
    const restless = this.#controllers.filter(({ dirty }) => dirty.size > 0).map(({ controller }) => controller.name);
    for (const { dirty } of this.#controllers) dirty.clear();
    this.#fault(new Error(`these controllers do not come to rest: ${restless.join(", ")}`));
  }

  #after(key: string, ms: number, act: () => void, retry = false): void {
    if (this.#stopped || this.#timers.has(key)) return;
    const handle = setTimeout(() => {
      this.#timers.delete(key);
      act();
      this.#run();
    }, ms);
    handle.unref();
    this.#timers.set(key, { key, retry, act, handle });
  }
}
