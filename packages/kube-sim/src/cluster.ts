import { Random } from "./random.ts";
import { Registry } from "./registry/registry.ts";
import { Store } from "./store/store.ts";

/** Who asks. */
export interface User {
  name: string;
  groups: readonly string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

/** The control plane's own components write as this user, whom no rule and no webhook holds up. */
export const SYSTEM: User = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };

export interface ClusterOptions {
  clock: () => Date;
  seed: number;
}

/** The state of one simulated cluster: what is stored, what is served, what time it is. */
export class Cluster {
  readonly store = new Store();
  readonly registry = new Registry(this.store);
  readonly random: Random;
  readonly clock: () => Date;

  constructor(options: ClusterOptions) {
    this.random = new Random(options.seed);
    this.clock = options.clock;
  }

  /** In the form of `metav1.Time`: whole seconds. */
  now(): string {
    return this.clock()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
  }

  /** In the form of `metav1.MicroTime`. */
  microNow(): string {
    return this.clock().toISOString().replace(/Z$/, "000Z");
  }
}
