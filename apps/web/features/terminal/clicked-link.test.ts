import { expect, test } from "vitest";
import { linkQuestion } from "./clicked-link.ts";

test.each([
  ["https://example.com/a", undefined, { host: "example.com", lookalike: false, hasName: false }],
  ["https://example.com/", "example.com", { host: "example.com" }],
  ["http://10.0.0.1:8080/x?y=1", "http://10.0.0.1:8080/x?y=1", { host: "10.0.0.1:8080" }],
  ["https://example.com/pay", "https://bank.example/pay", { saysOtherwise: "https://bank.example/pay" }],
  ["https://example.com/pay", "the ticket", { saysOtherwise: "the ticket" }],
  ["https://раураl.com/", undefined, { lookalike: true, host: "xn--l-7sba6dbr.com" }],
  ["https://bank.example@example.com/", undefined, { hasName: true, host: "example.com" }],
])("%s called %s", (address, text, expected) => {
  const question = linkQuestion(address, text);
  expect(question).toMatchObject(expected);
  if (!("saysOtherwise" in expected)) expect(question).not.toHaveProperty("saysOtherwise");
});

test.each(["javascript:alert(1)", "file:///etc/passwd", "ssh://host", "mailto:a@example.com", "data:text/html,x", "nothing"])(
  "%s is not opened",
  (address) => expect(linkQuestion(address, undefined)).toBeUndefined(),
);
