import { expect, test } from "vitest";
import { signInError } from "./sign-in-errors.ts";

test("a wrong password and a locked account read differently", () => {
  expect(signInError("wrong_password").title).toBe("Name or password is wrong");
  expect(signInError("forbidden").title).toBe("This account is locked");
});

test.each(["CredentialsSignin", "constructor", "__proto__", "", "connect ECONNREFUSED 127.0.0.1:5432"])(
  "%j from the address bar is never shown as it is",
  (code) => {
    expect(signInError(code)).toEqual(signInError("internal"));
  },
);
