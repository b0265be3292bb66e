import { type Effect, Environment, type Severity } from "@interlock/protocol";
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

const badgeVariants = cva("inline-flex shrink-0 items-center gap-1 whitespace-nowrap rounded-sm border font-medium", {
  variants: {
    tone: {
      neutral: "border-transparent bg-unknown-soft text-dim",
      accent: "border-transparent bg-accent-soft text-accent-text",
      good: "border-transparent bg-read-soft text-read-text",
      warn: "border-transparent bg-modify-soft text-modify-text",
      bad: "border-transparent bg-delete-soft text-delete-text",
      masked: "border-transparent bg-masked-soft text-masked-text",
    },
    size: { sm: "px-1 text-2xs leading-4", md: "px-1.5 py-px text-2xs" },
  },
  defaultVariants: { tone: "neutral", size: "md" },
});

export type BadgeProps = ComponentProps<"span"> & VariantProps<typeof badgeVariants>;

/** A small fact: `12,431 rows`, `undo`, a digest. */
export function Badge({ className, tone, size, ...props }: BadgeProps) {
  return <span className={cn(badgeVariants({ tone, size }), className)} {...props} />;
}

/** Tailwind must find whole class names in the text, so they are listed and not put together. */
const EFFECT_SOLID: Record<Effect, string> = {
  read: "bg-read text-read-on",
  session: "bg-session text-session-on",
  append: "bg-append text-append-on",
  modify: "bg-modify text-modify-on",
  delete: "bg-delete text-delete-on",
  schema: "bg-schema text-schema-on",
  privilege: "bg-privilege text-privilege-on",
  unknown: "bg-unknown text-unknown-on",
};

/** The effect of a statement or command as the solid, upper-case mark: `DELETE`. */
export function EffectBadge({ effect, className, ...props }: ComponentProps<"span"> & { effect: Effect }) {
  return (
    <span
      className={cn(
        "inline-flex shrink-0 items-center rounded-[5px] px-2 py-0.5 text-2xs font-bold tracking-wider uppercase",
        EFFECT_SOLID[effect],
        className,
      )}
      {...props}
    >
      {effect}
    </span>
  );
}

const ENVIRONMENT_TONE = { prod: "bad", staging: "warn", dev: "good" } as const satisfies Record<Environment, string>;

/** `prod`, `staging` or `dev`, beside a connection's name. An environment this page does not know is drawn as neutral. */
export function EnvironmentBadge({ environment, ...props }: Omit<BadgeProps, "tone"> & { environment: string }) {
  const known = Environment.safeParse(environment).data;
  return (
    <Badge tone={known ? ENVIRONMENT_TONE[known] : "neutral"} size="sm" {...props}>
      {environment}
    </Badge>
  );
}

const SEVERITY_CLASS: Record<Severity, string> = {
  "SEV-1": "border-delete-line bg-delete-soft text-delete-text",
  "SEV-2": "border-privilege-line bg-privilege-soft text-privilege-text",
  "SEV-3": "border-modify-line bg-modify-soft text-modify-text",
  "SEV-4": "border-unknown-line bg-unknown-soft text-unknown-text",
};

/** The severity of an incident room as a pill. */
export function SeverityBadge({ severity, className, ...props }: ComponentProps<"span"> & { severity: Severity }) {
  return (
    <span
      className={cn(
        "inline-flex shrink-0 items-center rounded-full border px-2 py-px text-2xs font-semibold",
        SEVERITY_CLASS[severity],
        className,
      )}
      {...props}
    >
      {severity}
    </span>
  );
}
