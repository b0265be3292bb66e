import fc, { type GeneratorValue } from "fast-check";

/** Decisions of a generator, read top to bottom; fast-check makes them, so that a seed makes them again. */
export class Choice {
  readonly #generator: GeneratorValue;

  constructor(generator: GeneratorValue) {
    this.#generator = generator;
  }

  /** A whole number, both ends included. */
  int(min: number, max: number): number {
    return this.#generator(WITHOUT_BIAS, min, max);
  }

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.int(1, 100) <= percent;
  }

  one<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to choose from");
    return items[this.int(0, items.length - 1)]!;
  }

  /** One of the items, or nothing where there is none. */
  maybe<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : this.one(items);
  }

  /** `count` different items at most, in their order. */
  some<T>(items: readonly T[], count: number): T[] {
    const left = items.map((_, index) => index);
    const taken = Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.int(0, left.length - 1), 1)[0]!);
    return taken.toSorted((a, b) => a - b).map((index) => items[index]!);
  }

  /** One of several ways, each with its weight. */
  weighted<T>(ways: readonly (readonly [weight: number, way: T])[]): T {
    let at = this.int(
      1,
      ways.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, way] of ways) {
      at -= weight;
      if (at <= 0) return way;
    }
    throw new Error("the weights do not add up");
  }
}

const WITHOUT_BIAS = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));

/** So many values of what `build` decides, the same for the same seed. */
export function sample<T>(build: (choice: Choice) => T, seed: number, count: number): T[] {
  const arbitrary = fc.gen().map((generator) => build(new Choice(generator)));
  return fc.sample(arbitrary, { seed, numRuns: count });
}
