import type { Drift } from "@interlock/connector";
import type { AskedToken, Breakage, Cascade, ObjectEffect } from "@interlock/protocol";

/** What writes lead to that people agree to: less of it is no matter, more of it is. */
export interface Consequences {
  /** What is lost, by the object whose data it is. */
  losses: Record<string, string>;
  /** Why something elsewhere stops working, by its name. */
  breaks: Record<string, string[]>;
  /** What the holder of a token may do, by its account. */
  rights: Record<string, string[]>;
  /** What could not be told. */
  missing: string[];
}

export const NO_CONSEQUENCES: Consequences = { losses: {}, breaks: {}, rights: {}, missing: [] };

export function consequencesOf(
  each: readonly {
    effects?: readonly Pick<ObjectEffect, "object" | "dataLoss">[];
    cascades: readonly Cascade[];
    breaks?: readonly Breakage[] | undefined;
    token?: AskedToken | undefined;
  }[],
  missing: readonly string[],
): Consequences {
  const losses = new Map<string, string>();
  const breaks = new Map<string, string[]>();
  const rights = new Map<string, string[]>();
  for (const { effects = [], cascades, breaks: broken = [], token } of each) {
    if (token !== undefined) rights.set(accountOf(token), rightsOf(token));
    for (const { object, dataLoss } of [...effects, ...cascades]) if (dataLoss !== undefined) losses.set(object, dataLoss);
    for (const { object, why } of broken) breaks.set(object, [...(breaks.get(object) ?? []), why]);
  }
  return {
    losses: Object.fromEntries(losses),
    breaks: Object.fromEntries(breaks),
    rights: Object.fromEntries(rights),
    missing: [...missing],
  };
}

const accountOf = ({ account: { namespace, name } }: AskedToken): string => `v1 ServiceAccount ${namespace}/${name}`;

const rightsOf = ({ rights, more }: AskedToken): string[] => [
  ...rights.flatMap(({ where, may }) => may.map((what) => `${what} ${where}`)),
  ...(more === undefined ? [] : [`${more} more rights`]),
];

/** A breakage in words that stay the same while pods come and go: "2 of 5 pods" as "# of #". */
const withoutFigures = (why: string): string => why.replaceAll(/\d+( of \d+)?( [a-z]+)?/gu, "#");

/** What `now` has and was not agreed to: more data that is lost, more that breaks. How a breakage is worded may have moved with figures in it. */
export function moreThan(agreed: Consequences, now: Consequences): Drift[] {
  const drift: Drift[] = [];
  for (const [object, why] of Object.entries(now.losses))
    if (!Object.hasOwn(agreed.losses, object)) drift.push({ object, why: `more would be lost than was agreed to: ${why}` });
  for (const [object, whys] of Object.entries(now.breaks)) {
    const known = (Object.hasOwn(agreed.breaks, object) ? agreed.breaks[object]! : []).map(withoutFigures);
    const fresh = whys.find((why) => {
      const at = known.indexOf(withoutFigures(why));
      if (at !== -1) known.splice(at, 1);
      return at === -1;
    });
    if (fresh === undefined) continue;
    drift.push({ object, why: `more would break than was agreed to: ${fresh}` });
  }
  for (const [object, may] of Object.entries(now.rights)) {
    const fresh = may.find((right) => !(agreed.rights[object] ?? []).includes(right));
    if (fresh !== undefined) drift.push({ object, why: `may do more than when it was agreed to: ${fresh}` });
  }
  for (const words of now.missing)
    if (!agreed.missing.includes(words)) drift.push({ object: "the cluster", why: `does not tell all of it any more: ${words}` });
  return drift;
}
