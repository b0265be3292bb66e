import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

/** A grey stand-in of the size of what is being loaded. Hidden from readers: say "Loading" once, beside it. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div aria-hidden="true" className={cn("animate-pulse rounded-md bg-hover", className)} {...props} />;
}
