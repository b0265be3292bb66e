import type { PostureFix } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";

/** The lines of a fix as they go into a document: what depends on a decision is commented out. */
export function FixLines({ fix, className = "bg-panel" }: { fix: PostureFix; className?: string }) {
  return (
    <pre className={cn("rounded-md px-2.5 py-2 font-mono text-xs break-words whitespace-pre-wrap", className)}>
      {fix.lines.map((line) => (
        <code key={line} className="block">
          {line}
        </code>
      ))}
      {fix.choices.map((line) => (
        <code key={line} className="block text-dim">
          {line
            .split("\n")
            .map((one) => `# ${one}`)
            .join("\n")}
        </code>
      ))}
    </pre>
  );
}
