import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

const buttonVariants = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        /** The ordinary button. */
        default: "border-line bg-raise text-fg hover:bg-hover",
        /** The one thing to do here; at most one in view. */
        primary: "border-accent bg-accent text-accent-on font-semibold hover:brightness-110",
        /** Agreeing: approve, run. */
        approve: "border-read-line bg-read-soft text-read-text hover:brightness-110 light:hover:brightness-95",
        /** Refusing or destroying, without shouting: reject, close, withdraw. */
        danger: "border-line bg-raise text-delete-text hover:border-delete-line hover:bg-delete-soft",
        /** In bars and lists: no frame until pointed at. */
        ghost: "border-transparent text-dim hover:bg-hover hover:text-fg aria-expanded:bg-hover aria-expanded:text-fg",
        link: "border-transparent px-0 text-accent-text underline-offset-4 hover:underline",
      },
      size: {
        sm: "h-6 px-2 text-xs",
        md: "h-7 px-2.5 text-xs",
        lg: "h-9 px-4 text-sm",
        /** Square; give it an aria-label. */
        icon: "size-7 p-0",
        "icon-sm": "size-6 p-0",
      },
    },
    defaultVariants: { variant: "default", size: "md" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonVariants> {
  /** Draws its only child (a link, say) as the button. */
  asChild?: boolean;
}

export function Button({ className, variant, size, asChild = false, type, ...props }: ButtonProps) {
  const classes = cn(buttonVariants({ variant, size }), className);
  if (asChild) return <Slot.Root className={classes} {...props} />;
  return <button type={type ?? "button"} className={classes} {...props} />;
}
