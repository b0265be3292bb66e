import { RightQuestion } from "@interlock/protocol";
import { expect, test } from "vitest";
import { questionOf, READY_QUESTIONS, textsOf } from "./ready-questions.ts";

const texts = { verb: " get ", resource: "secrets", namespace: "", name: "" };

test.each([
  ["a resource everywhere", texts, { verb: "get", resource: "secrets" }],
  [
    "one of a namespace",
    { ...texts, namespace: "shop ", name: "tls" },
    { verb: "get", resource: "secrets", namespace: "shop", name: "tls" },
  ],
  ["a path", { ...texts, resource: "/metrics", namespace: "shop" }, { verb: "get", nonResourceURL: "/metrics" }],
  ["nothing yet", { ...texts, resource: " " }, undefined],
])("%s", (_, given, question) => {
  expect(questionOf(given)).toEqual(question);
});

test("each ready question is one, and is in the fields as it is asked", () => {
  for (const { question } of READY_QUESTIONS) {
    expect(RightQuestion.safeParse(question).success).toBe(true);
    expect(questionOf(textsOf(question))).toEqual(question);
  }
});
