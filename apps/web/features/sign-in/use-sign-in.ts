"use client";
import { useState } from "react";
import { type Proof, signIn } from "./session-client.ts";

export interface SignInState {
  /** Name being signed in, while it is under way and until the next page is there. */
  pending: string | undefined;
  /** Code of the last failure. */
  error: string | undefined;
  submit(proof: Proof): Promise<void>;
}

/** Signs in, then loads `target` afresh: pages drawn for nobody must not be reused. */
export function useSignIn(target: string, initialError?: string): SignInState {
  const [pending, setPending] = useState<string>();
  const [error, setError] = useState(initialError);
  const submit = async (proof: Proof) => {
    setPending(proof.name);
    setError(undefined);
    const outcome = await signIn(proof);
    if (outcome.ok) {
      window.location.assign(target);
      return;
    }
    setError(outcome.code);
    setPending(undefined);
  };
  return { pending, error, submit };
}
