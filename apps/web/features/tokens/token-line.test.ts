import { expect, test } from "vitest";
import { tokenLine } from "./token-line.ts";

const of = { namespace: "shop", name: "bot", seconds: 900, audience: "" };

test.each([
  [of, "kubectl create token bot -n shop --duration=15m"],
  [{ ...of, seconds: 3_600, audience: " vault " }, "kubectl create token bot -n shop --duration=1h --audience=vault"],
  [{ ...of, audience: "a b; rm -rf /" }, "kubectl create token bot -n shop --duration=15m '--audience=a b; rm -rf /'"],
  [{ ...of, name: "bot'; x" }, "kubectl create token 'bot'\\''; x' -n shop --duration=15m"],
  [{ ...of, name: "" }, undefined],
  [{ ...of, name: "--token=x" }, undefined],
  [{ ...of, namespace: "-A" }, undefined],
])("%j", (given, line) => expect(tokenLine(given)).toBe(line));
