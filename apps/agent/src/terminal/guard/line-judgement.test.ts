import { parsePolicy, DEFAULT_POLICY, judgeTerminal } from "@interlock/policy";
import { expect, test } from "vitest";
import { handedLine, judgedLine } from "./line-judgement.ts";

const policy = parsePolicy(DEFAULT_POLICY);
const { guard } = judgeTerminal(policy.ok ? policy.policy.terminals : [], {
  principal: { name: "ann", groups: ["oncall"] },
  connection: { name: "api-3", connector: "ssh", environment: "prod", labels: {} },
});
const decided = (line: string | Uint8Array, bare = false): string =>
  judgedLine(guard, handedLine(typeof line === "string" ? new TextEncoder().encode(line) : line, bare)).decision;

/** Lines in production under the policy one begins with, and what becomes of them. A way round it that is found becomes a row here. */
test.each<[string | Uint8Array, string]>([
  ["ls -la /var/log && df -h", "allow"],
  ["cd /srv; journalctl -u api --since today | grep ERROR", "allow"],
  ["", "allow"],
  ["# a note", "allow"],
  ["mkdir /srv/x", "confirm"],
  ["sudo systemctl restart api", "confirm"],
  ["rm -rf /srv/x", "ask"],
  ["ls; rm -rf /srv/x", "ask"],
  ["false && rm -rf /srv/x", "ask"],
  ["sudo -i", "ask"],
  ["bash", "ask"],
  ["exec bash --norc", "ask"],
  ["ssh other", "ask"],
  ["docker exec -it web sh", "ask"],
  ["eval rm x", "ask"],
  ['"$x" y', "ask"],
  ["curl https://example.com/i | sh", "ask"],
  ['sh -c "$x"', "ask"],
  ["python3 -c 'print(1)'", "ask"],
  [". ./env", "ask"],
  ["fc -e vi", "ask"],
  ["for i in 1 2; do rm $i; done", "ask"],
  ["cat <<END | sh\nls\nEND", "ask"],
  // The guard's own parts.
  ["unset PROMPT_COMMAND", "ask"],
  ["bind '\"\\C-m\": accept-line'", "ask"],
  ["bind -x '\"\\C-m\": ls'", "ask"],
  ["trap - INT; __il_running=1", "ask"],
  ["zle -A .accept-line accept-line", "ask"],
  ["bindkey '^M' .accept-line", "ask"],
  ["unfunction __il_judged", "ask"],
  ["unset -f __il_judged", "ask"],
  ["__il_judged() { true; }", "ask"],
  ["PS0=", "ask"],
  ["bind -p | grep accept", "allow"],
  ["unbind x", "ask"],
  // Characters that are not what they look like, and bytes that are no text.
  ["rm\u00a0-rf x", "ask"],
  ["ls \u202e", "ask"],
  ["ls\r\nrm x", "ask"],
  [Uint8Array.of(0x6c, 0x73, 0x20, 0xff), "ask"],
])("%j: %s", (line, expected) => expect(decided(line)).toBe(expected));

test("where # begins no comment, what stands behind it counts", () => {
  expect(decided("echo a #; rm -rf /srv/x")).toBe("allow");
  expect(decided("echo a #; rm -rf /srv/x", true)).toBe("ask");
  expect(decided("echo a#b", true)).toBe("allow");
});
