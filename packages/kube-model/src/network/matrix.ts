import { classRows } from "./class-rows.ts";
import type { EndClass } from "./classes.ts";
import type { Network } from "./network.ts";
import type { PortSet } from "./port-set.ts";

/**
 * Which class of ends may connect to which, on which ports. What no policy can block is left out of it: a pod with itself, and with its own
 * node.
 */
export interface Matrix {
  classes: readonly EndClass[];
  /** By indexes of `classes`. */
  ports(from: number, to: number): PortSet;
}

/** Works out all pairs at once. */
export function matrixOf(network: Network): Matrix {
  const rows = classRows(network);
  const size = rows.classes.length;
  const cells = new Int32Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) cells[from * size + to] = rows.between(from, to, rows.out, rows.enter);
  }
  return { classes: rows.classes, ports: (from, to) => rows.sets.at(cells[from * size + to]!) };
}
