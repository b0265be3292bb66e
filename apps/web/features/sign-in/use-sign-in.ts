"use client";
import { useState } from "react";
import { type Proof, signIn } from "./session-client.ts";

export interface SignInState {
  /** Name being signed in, while it is under way and until the next page is there. */
  pending: string | undefined;
  /** The last failure: its code, and what was tried, so that it is said there. */
  error: { code: string; method: Proof["method"] } | undefined;
  submit: (proof: Proof) => Promise<void>;
}

/** Signs in, then loads `target` afresh: pages drawn for nobody must not be reused. */
export function useSignIn(target: string, initialError?: string): SignInState {
  const [pending, setPending] = useState<string>();
  const [error, setError] = useState<SignInState["error"]>(initialError ? { code: initialError, method: "password" } : undefined);
  const submit = async (proof: Proof) => {
    setPending(proof.name);
    setError(undefined);
    const outcome = await signIn(proof);
    if (outcome.ok) {
      window.location.assign(target);
      return;
    }
    setError({ code: outcome.code, method: proof.method });
    setPending(undefined);
  };
  return { pending, error, submit };
}
