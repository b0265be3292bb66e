import { expect, test } from "vitest";
import { outputLanguage } from "./output-text.ts";

test.each([
  ["kubectl get deploy api -o yaml", "yaml"],
  ["kubectl get deploy api -oyaml -n web", "yaml"],
  ["kubectl get deploy api --output=json", "yaml"],
  ["kubectl get pods -o jsonpath={.items}", "plaintext"],
  ["kubectl describe pod yaml", "plaintext"],
  ["kubectl logs deploy/api", "plaintext"],
] as const)("%s: %s", (text, language) => {
  expect(outputLanguage(text)).toBe(language);
});
