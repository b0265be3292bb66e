import { ok, type Outcome } from "@interlock/protocol";
import { credited } from "./credited.ts";
import { claim, type Claim } from "./claim.ts";
import type { Life } from "./command-parts.ts";
import { seal } from "./envelope.ts";
import { execute } from "./execute.ts";
import { executeOnHosts } from "./host-runs.ts";
import { foresee, parse } from "./foresight.ts";
import { freeze } from "./freeze.ts";
import { sealedHost } from "./hosts.ts";
import { judgeHosts, judgeNow } from "./judgement.ts";
import type { Proposal } from "./proposal.ts";
import { owed, record } from "./record.ts";
import { settle } from "./settle.ts";

/** A new text, or a recorded command that everybody needed has agreed to. */
export type Entry = { kind: "proposal"; proposal: Proposal } | ({ kind: "agreed" } & Claim);

/**
 * The way of a command, read top to bottom; every way in goes through it. It returns where people come next: denied, waiting for reviews,
 * counting down, or running. What comes back is the command's id.
 */
export async function lifecycle(life: Life, entry: Entry): Promise<Outcome<string>> {
  let due: Claim;
  if (entry.kind === "proposal") {
    const frozen = await freeze(life, entry.proposal);
    if (!frozen.ok) return frozen;
    if (frozen.value.repeats !== undefined) return ok(frozen.value.repeats);

    const parsed = parse(frozen.value);
    if (!parsed.ok) return parsed;

    const foreseen = await foresee(life, frozen.value, parsed.value);
    if (!foreseen.ok) return foreseen;
    const { impact, resolution, work, hosts } = foreseen.value;

    // The impact is under the digest: people agree to its figures, and the guard compares with them.
    const policy = life.policy.current;
    const order = frozen.value.hosts?.order;
    const sealedHosts = hosts === undefined || order === undefined ? undefined : { order, each: hosts.map(sealedHost) };
    const sealed = seal({ ...frozen.value, resolution, impact, policyVersion: policy.version, hosts: sealedHosts });

    const judged = hosts === undefined ? undefined : judgeHosts(policy, frozen.value, hosts);
    const verdict = judged?.verdict ?? judgeNow(policy, { ...frozen.value, impact });
    const missing = owed(verdict, foreseen.value, frozen.value);
    if (missing !== undefined) return missing;

    const authors = await credited(life, frozen.value, parsed.value, impact);

    // From here the log knows of it; a denied one is kept as well.
    const recorded = await record(life, {
      frozen: { ...frozen.value, authors },
      parsed: parsed.value,
      sealed,
      impact,
      verdict,
      ...(work === undefined ? {} : { work }),
      ...(hosts === undefined || judged === undefined
        ? {}
        : { hosts: hosts.map((host, at) => ({ connectionId: host.connection.id, impact: host.impact, verdict: judged.each[at]! })) }),
    });
    if (!recorded.ok) return recorded;
    await life.announce(recorded.value.commandId);
    if (recorded.value.state !== "approved") return ok(recorded.value.commandId);
    due = { commandId: recorded.value.commandId, actor: "system", runsAt: recorded.value.runsAt };
    if (recorded.value.runsAt !== null) {
      life.countdowns.start(recorded.value.commandId, recorded.value.runsAt);
      return ok(recorded.value.commandId);
    }
  } else due = entry;

  const claimed = await claim(life, due);
  if (!claimed.ok) return claimed;
  if (claimed.value !== undefined) {
    const won = claimed.value;
    life.runs.begin(won, async (run) => {
      const outcome = await (won.envelope.hosts === undefined
        ? execute(life, won, run)
        : executeOnHosts(life, won, won.envelope.hosts, run));
      await settle(life, won, outcome);
    });
  }
  await life.announce(due.commandId);
  return ok(due.commandId);
}
