"use client";
import { useId } from "react";
import { formText } from "../../components/form-text.ts";
import { Button } from "../../components/ui/button.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { SignInError } from "./sign-in-error.tsx";

interface SignInFormProps {
  pending: boolean;
  /** Code of the last failure. */
  error: string | undefined;
  onSubmit: (name: string, password: string) => void;
}

export function SignInForm({ pending, error, onSubmit }: SignInFormProps) {
  const id = useId();
  const wrong = error === "wrong_password";
  return (
    // `post`: should somebody press Enter before the page is alive, the password must not end in the address bar.
    <form
      method="post"
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        onSubmit(formText(fields, "name"), formText(fields, "password"));
      }}
    >
      {error && <SignInError id={`${id}-error`} code={error} />}
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={`${id}-name`}>Name</Label>
        <Input
          id={`${id}-name`}
          name="name"
          required
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={wrong || undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
      </div>
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={`${id}-password`}>Password</Label>
        <Input
          id={`${id}-password`}
          name="password"
          type="password"
          required
          autoComplete="current-password"
          aria-invalid={wrong || undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
      </div>
      <Button type="submit" variant="primary" size="lg" disabled={pending} className="mt-1 w-full">
        {pending && <Spinner />}
        {pending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
