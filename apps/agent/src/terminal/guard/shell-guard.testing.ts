import type { GuardTerms } from "@interlock/policy";
import type { Outcome } from "@interlock/protocol";
import { ShellGuard } from "./shell-guard.ts";

export const ANN = { id: "ann", name: "ann", identities: [] };
export const BOB = { id: "bob", name: "bob", identities: [] };
export const GUARD: GuardTerms[] = [
  { rule: "prod", confirm: ["modify"], ask: ["delete"], deny: ["schema"], reviews: [{ count: 1, group: "platform" }] },
];
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export function shell(guard = GUARD, record: () => Promise<boolean> = () => Promise.resolve(true)) {
  let sent = "";
  const now: { stopped?: string } = {};
  const marks: unknown[] = [];
  const events: { type: string; actor: string; data: Record<string, string | string[]> }[] = [];
  const made = new ShellGuard({
    guard,
    send: (bytes) => void (sent += Buffer.from(bytes).toString("latin1")),
    mark: (mark) => void marks.push(mark),
    changed: () => undefined,
    record: (type, actor, data) => {
      events.push({ type, actor, data });
      return record();
    },
    mask: (text) => text.replaceAll("4242", "••••"),
    stopped: () => now.stopped,
  });
  const word = (verb: string, rest = "", nonce = made.nonce) => made.told({ kind: "word", nonce, verb, rest });
  const mark = (kind: "prompt" | "output") => made.told({ kind: "mark", mark: { kind, nonce: made.nonce } });
  const type = (who: typeof ANN, text: string): string => {
    const passes = made.input(who.id, new TextEncoder().encode(text), () => who);
    return passes === undefined || passes === "lost" ? "" : new TextDecoder().decode(passes);
  };
  let number = 0;
  return {
    guard: made,
    now,
    marks,
    events,
    word,
    mark,
    type,
    finished: (exitCode: number) => made.told({ kind: "mark", mark: { kind: "finished", exitCode, nonce: made.nonce } }),
    took: (): string => {
      const out = sent;
      sent = "";
      return out.replaceAll("\u001e", "|");
    },
    ask(line: string, flags = ""): string {
      const token = `t${++number}`;
      word("text", `$'${line}'`);
      word("ask", `${token};${flags}`);
      return token;
    },
    decide: (actor: typeof ANN, decision: "run" | "back" | "approve" | "reject", more = {}): Promise<Outcome<void>> => {
      const line = made.state.line;
      return made.decide(
        { ...actor, role: "responder", groups: ["platform"], drives: actor === ANN, ...more },
        { lineId: line?.id ?? "none", digest: line?.digest ?? "", decision },
      );
    },
  };
}

export function ready(...more: Parameters<typeof shell>) {
  const one = shell(...more);
  one.word("began", "bash 5.2;guard");
  one.word("folder", "/srv");
  one.mark("prompt");
  return one;
}
