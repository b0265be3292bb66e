import { expect, test } from "vitest";
import { fixText } from "./posture.ts";

const finding = { object: "v1 Namespace shop", says: "It has no env label." };

test("what depends on a decision is commented out, line by line, so that it cannot be planned by accident", () => {
  const fix = {
    lines: [],
    choices: ["kubectl label namespace shop env=prod", "kubectl apply -f - <<'EOF'\n{}\nEOF"],
    decision: "Which one is it?",
  };
  expect(fixText({ ...finding, fix })).toBe(`# v1 Namespace shop: It has no env label.
# Which one is it?
# kubectl label namespace shop env=prod
# kubectl apply -f - <<'EOF'
# {}
# EOF
`);
});

test("what can be planned as it is stands as it is", () => {
  const fix = { lines: ["kubectl label namespace shop env=prod"], choices: [] };
  expect(fixText({ ...finding, fix })).toBe("# v1 Namespace shop: It has no env label.\nkubectl label namespace shop env=prod\n");
});
