import { createHash } from "node:crypto";
import { leadingRights, Rights, rightsByPlace, userOf, type KubeObject } from "@interlock/kube-model";
import type { AskedToken } from "@interlock/protocol";
import { EXTENDED, saysHowLong, TOKEN_SECONDS, tokenSpecOf } from "../gate/foresee-token.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { remark, type Analysis } from "./analysis.ts";
import { BINDINGS, ROLES } from "./rules/subjects.ts";
import type { World } from "./world.ts";

const RBAC = [...BINDINGS, ...ROLES];

/** Rights that are listed; more of them tell nobody more. */
const MOST_RIGHTS = 60;

export const asksForToken = ({ resource }: Pick<PlannedWrite, "resource">): boolean =>
  resource.group === "" && resource.resource === "serviceaccounts" && resource.subresource === "token";

/** What a token would let its holder do: what roles give its account, as the writes before it leave them. */
export function analyseToken(world: World, write: PlannedWrite): Analysis {
  const { namespace = "", name = "" } = write.resource;
  const spec = tokenSpecOf(write.after) ?? { audiences: [] };
  const rights = new Rights(rbacOf(world), { aggregated: "stored" });
  const user = userOf({ kind: "ServiceAccount", namespace, name });
  const leading = leadingRights(rights, user);
  const unread = RBAC.filter((key) => !world.covers(key, undefined)).map(
    (key) => `${key.slice(key.indexOf("/") + 1)} of the whole cluster could not be read`,
  );
  const { boundTo } = spec;
  const { listed, others } = fewOf(rightsByPlace(rights, user));
  const token: AskedToken = {
    account: { namespace, name },
    seconds: spec.seconds ?? TOKEN_SECONDS.usual,
    // What rules see has the usual time filled in; what is sent says whether anybody asked for it.
    ...(saysHowLong(write.stored) ? {} : { usual: true }),
    audiences: spec.audiences,
    ...(boundTo === undefined ? {} : { boundTo: { kind: boundTo.kind, name: boundTo.name } }),
    rights: listed,
    ...(others.length === 0 ? {} : { more: others.length, moreDigest: createHash("sha256").update(others.join("\n")).digest("hex") }),
    unread,
  };
  const bound = boundTo === undefined ? "" : `${boundTo.kind} ${boundTo.name} or `;
  return {
    cascades: [],
    breaks: [],
    willFail: [],
    risks: [
      ...leading.map(({ code, may, where }) => remark(code, "danger", `Whoever has this token may ${may} ${where}.`)),
      ...(spec.seconds === EXTENDED.given
        ? [
            remark(
              "token_extended",
              "danger",
              `For ${EXTENDED.asked} s and bound to a pod, servers take it for a pod's own token and let it live for a year. Ask for another time.`,
            ),
          ]
        : []),
      ...(unread.length === 0
        ? []
        : [remark("token_rights_unknown", "danger", `What this token may do is not known in full: ${unread.join("; ")}.`)]),
      ...(spec.audiences.length === 0
        ? []
        : [
            remark(
              "token_audience",
              "warning",
              `It is for ${spec.audiences.join(", ")}: whoever trusts that takes its holder for this account. The API server itself takes it only where that is an audience of its own.`,
            ),
          ]),
    ],
    reversible: "no",
    reversibleReason: `a token that was issued works until it expires; only deleting ${bound}ServiceAccount ${namespace}/${name} ends it earlier`,
    token,
  };
}

function rbacOf(world: World): KubeObject[] {
  return RBAC.flatMap((key) =>
    [...world.all(key)].map(({ type, namespace, name, body }): KubeObject => ({
      ...body,
      apiVersion: `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: { ...body?.metadata, name, ...(namespace === undefined ? {} : { namespace }) },
    })),
  );
}

function fewOf(places: AskedToken["rights"]): { listed: AskedToken["rights"]; others: string[] } {
  const listed: AskedToken["rights"] = [];
  const others: string[] = [];
  let left = MOST_RIGHTS;
  for (const { where, may } of places) {
    if (left > 0) listed.push({ where, may: may.slice(0, left) });
    others.push(...may.slice(Math.max(0, left)).map((what) => `${what} ${where}`));
    left -= may.length;
  }
  return { listed, others: others.toSorted() };
}

/** How long it lives: `1 h`, `90 min`, `45 s`. */
export function lifetimeText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
