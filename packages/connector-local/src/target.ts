import { TargetError, type ExecuteOutcome, type OpenOptions, type Target } from "@interlock/connector";
import { bareStatement } from "@interlock/protocol";
import { accountNamed, ownAccount } from "./account.ts";
import type { LocalSecret } from "./secret.ts";
import { openTerminal } from "./terminal.ts";

const SHELLS_ONLY = "On this machine shells are opened, and nothing else is run.";

/** The agent's own machine, as one account of it. */
export function openTarget({ secret, host }: OpenOptions<LocalSecret>): Target {
  const open = new Set<{ kill(): Promise<unknown> }>();
  const allowed = host?.localAccounts ?? [];

  return {
    async ping() {
      const off = refusal(secret, allowed);
      if (off !== undefined) throw new TargetError("bad_request", off);
      if ((await accountNamed(secret.account)) === undefined)
        throw new TargetError("target_down", `This machine has no account ${secret.account}.`);
    },
    async lacks() {
      return refusal(secret, allowed) ?? (secret.account === ownAccount().name ? shared(secret.account) : undefined);
    },
    async impact(text) {
      const statement = bareStatement({ index: 0, start: 0, end: text.length, text, title: "A text", effect: "unknown" });
      return { effect: "unknown", complete: false, tookMs: 0, warnings: [SHELLS_ONLY], statements: [statement] };
    },
    async resolve() {
      return { database: "", role: secret.account, targets: [], settings: {} };
    },
    async schema() {
      return { schemas: [] };
    },
    async execute(): Promise<ExecuteOutcome> {
      return { state: "failed", affected: [], error: { code: "bad_request", message: SHELLS_ONLY } };
    },
    async terminal(request, signal) {
      const off = refusal(secret, allowed);
      if (off !== undefined) throw new TargetError("bad_request", off);
      const terminal = await openTerminal(secret, request, signal);
      open.add(terminal);
      void terminal.ended.then(() => open.delete(terminal));
      return terminal;
    },
    async close() {
      await Promise.all([...open].map((terminal) => terminal.kill()));
    },
  };
}

/** Why no shell is opened as this account; undefined where the operator has named it. */
const refusal = ({ account }: LocalSecret, allowed: readonly string[]): string | undefined =>
  allowed.includes(account)
    ? undefined
    : `Shells on the agent's own machine are off for ${account}: the operator names the accounts in INTERLOCK_LOCAL_SHELLS.`;

const shared = (account: string): string =>
  `Its shells run as the agent's own account, ${account}, and can read whatever the agent can, its key and every credential included. An agent that runs as root can open them as another account.`;
