import { LoaderCircle } from "lucide-react";
import { cn } from "./class-names.ts";

/** Something is under way. With `label` it is also said. */
export function Spinner({ className, label }: { className?: string; label?: string }) {
  return (
    <span role={label ? "status" : undefined} className="inline-flex items-center">
      <LoaderCircle aria-hidden="true" className={cn("size-3.5 animate-spin", className)} />
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}
