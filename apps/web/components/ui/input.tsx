import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

const FIELD =
  "w-full min-w-0 rounded-md border border-line-strong bg-bg text-sm text-fg placeholder:text-faint hover:border-dim focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:opacity-50 aria-invalid:border-delete";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(FIELD, "h-8 px-2.5", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(FIELD, "min-h-16 resize-y px-2.5 py-1.5", className)} {...props} />;
}

/** A name above its field; give it `htmlFor`. */
export function Label({ className, ...props }: ComponentProps<"label">) {
  // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the caller says which, by htmlFor
  return <label className={cn("text-xs font-medium text-dim", className)} {...props} />;
}
