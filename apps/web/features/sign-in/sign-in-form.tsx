"use client";
import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { signInError } from "./sign-in-errors.ts";

interface SignInFormProps {
  pending: boolean;
  /** Code of the last failure. */
  error: string | undefined;
  onSubmit(name: string, password: string): void;
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
        onSubmit(String(fields.get("name")), String(fields.get("password")));
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

function SignInError({ id, code }: { id: string; code: string }) {
  const { title, next } = signInError(code);
  return (
    <div
      id={id}
      role="alert"
      className="flex gap-2 rounded-md border border-delete-line bg-delete-soft px-2.5 py-2 text-xs text-delete-text"
    >
      <CircleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" />
      <span>
        <strong className="font-semibold">{title}.</strong> {next}
      </span>
    </div>
  );
}
