import { CircleAlert } from "lucide-react";
import { signInError } from "./sign-in-errors.ts";

/** Why signing in failed and what to do. */
export function SignInError({ id, code }: { id: string; code: string }) {
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
