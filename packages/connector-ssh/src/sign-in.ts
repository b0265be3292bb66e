import { TargetError, type HostPrograms } from "@interlock/connector";
import type { AnyAuthMethod, ParsedKey } from "ssh2";
import { certifiedKey } from "./certificate.ts";
import { readPrivateKey } from "./private-key.ts";
import { placeOf, type Auth, type Hop } from "./secret.ts";

/** One signing in: what is tried next, and why it ended where it did. */
export interface SignIn {
  /** What to send after a refusal that leaves `left`; false: there is nothing more. */
  next(left: readonly string[] | null, partly: boolean | null): AnyAuthMethod | false;
  /** In words that hold nothing of the credential. */
  refusal(): TargetError;
}

const TRIED = { key: "key", certificate: "certificate", password: "password", agent: "SSH agent's keys" } as const;

/** Prepares how `hop` is asked to let the account in. Throws `target_auth` where the credential itself cannot be used. */
export function signIn(hop: Hop, host: HostPrograms | undefined): SignIn {
  const methods = methodsOf(hop, host);
  let offered: readonly string[] = [];
  let further = false;
  let tried = false;
  return {
    next(left, partly) {
      // The first request tries nothing: the answer says what the host takes, so that nothing is sent in vain.
      if (left === null) return { type: "none", username: hop.user };
      offered = left;
      further ||= partly === true;
      if (tried) return false;
      const method = methods.find(({ type }) => left.includes(type === "agent" ? "publickey" : type));
      if (method === undefined) return false;
      tried = true;
      return method;
    },
    refusal() {
      const place = placeOf(hop);
      const takes = offered.length === 0 ? "" : ` It takes ${offered.join(", ")}.`;
      if (further) return new TargetError("target_auth", `${place} took the ${TRIED[hop.auth.kind]} and wants something further.${takes}`);
      const what = tried ? `refused the ${TRIED[hop.auth.kind]}` : `does not let in by ${TRIED[hop.auth.kind]}`;
      return new TargetError("target_auth", `${place} ${what}.${takes}`);
    },
  };
}

/** In the order of preference. A password is tried once: each attempt counts against the account. */
function methodsOf({ user: username, auth }: Hop, host: HostPrograms | undefined): AnyAuthMethod[] {
  if (auth.kind === "agent") {
    if (!(host?.agentSockets ?? []).includes(auth.socket))
      throw new TargetError("target_auth", "The connection names an SSH agent that the operator of Interlock does not allow.");
    return [{ type: "agent", username, agent: auth.socket }];
  }
  if (auth.kind === "password") {
    const { password } = auth;
    let answered = false;
    return [
      { type: "password", username, password },
      {
        type: "keyboard-interactive",
        username,
        // The one hidden thing is the password; whatever else is asked for is nothing that is known here.
        prompt(_name, _instructions, _language, prompts, finish) {
          const alone = prompts.length === 1 && prompts[0]!.echo !== true && !answered;
          answered = true;
          finish(alone ? [password] : prompts.map(() => ""));
        },
      },
    ];
  }
  return [{ type: "publickey", username, key: keyOf(auth) as unknown as string }];
}

/** Reading an encrypted key takes long on purpose, so it is read once. */
const keys = new WeakMap<Auth, ParsedKey>();

function keyOf(auth: Extract<Auth, { privateKey: string }>): ParsedKey {
  const key = keys.get(auth) ?? readPrivateKey(auth.privateKey, auth.passphrase);
  keys.set(auth, key);
  return auth.kind === "certificate" ? certifiedKey(key, auth.certificate, Date.now()) : key;
}
