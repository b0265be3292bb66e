"use client";
import type { SmallerRole } from "@interlock/protocol";
import { Copy, Scissors } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { diffLines } from "../plan/diff-lines.ts";
import { PlanDiff } from "../plan/plan-diff.tsx";
import { useShell } from "../shell/shell-context.tsx";

interface Props {
  roles: readonly SmallerRole[];
  left: readonly string[];
  /** There is a log. */
  known: boolean;
  onPropose: (role: SmallerRole) => void;
}

const FORMS: Record<SmallerRole["form"], { title: string; hint: string }> = {
  own: {
    title: "A role of their own",
    hint: "A new role with what they used takes the place of their part in the bindings. Nobody else is touched.",
  },
  roles: { title: "The role itself, for everybody", hint: "The role keeps what anybody who has it was seen to use." },
};

/** What could be had instead, as a diff of rights, with what it takes from whom. */
export function SmallerRoles({ roles, left, known, onPropose }: Props) {
  const [form, setForm] = useState<SmallerRole["form"]>("own");
  // Who is in no group observes; the agent would refuse them a proposal.
  const mayPropose = useShell().principal.groups.length > 0;
  const role = roles.find((one) => one.form === form) ?? roles[0];
  if (!known) return null;
  if (role === undefined)
    return (
      <p className="text-sm text-dim">
        There is no smaller role to propose: everything they have by their own name was used, or belongs to Kubernetes.
      </p>
    );
  return (
    <section aria-label="A smaller role" className="flex flex-col gap-2.5 rounded-lg border border-line bg-bg px-3 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="text-sm font-semibold">A smaller role</h3>
        {roles.length > 1 && (
          <div role="radiogroup" aria-label="Which" className="flex flex-wrap gap-1.5">
            {roles.map((one) => (
              <label
                key={one.form}
                className="inline-flex h-6 cursor-pointer items-center gap-1.5 rounded-full border border-line bg-raise px-2.5 text-xs text-dim has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-focus"
              >
                <input type="radio" name="form" className="sr-only" checked={one === role} onChange={() => setForm(one.form)} />
                {FORMS[one.form].title}
              </label>
            ))}
          </div>
        )}
      </div>
      <p className="text-xs text-dim">{FORMS[role.form].hint}</p>
      <PlanDiff lines={diffLines(role.diff.map(({ sign, text }) => `${sign}${text}`).join("\n"))} />
      <ul aria-label="What it changes for whom" className="flex list-disc flex-col gap-0.5 pl-5 text-sm">
        {role.everyone.map((one) => (
          <li key={one}>{one}</li>
        ))}
        {role.cautions.map((one) => (
          <li key={one} className="text-modify-text">
            {one}
          </li>
        ))}
        {left.map((one) => (
          <li key={one} className="text-dim">
            Not changed where it stands: {one}
          </li>
        ))}
      </ul>
      <details>
        <summary className="cursor-pointer text-xs text-dim">The lines of kubectl</summary>
        <pre className="mt-1.5 overflow-x-auto rounded-md bg-panel px-2.5 py-2 font-mono text-xs break-words whitespace-pre-wrap">
          {role.text}
        </pre>
      </details>
      {role.masked && (
        <p className="text-xs text-modify-text">
          The lines name an address that is masked here, so they cannot be proposed from this page. <code>interlock least-privilege</code>{" "}
          writes them, or shrink the role for everybody.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {mayPropose && (
          <Button variant="primary" disabled={role.masked} onClick={() => onPropose(role)}>
            <Scissors aria-hidden="true" /> Propose the smaller role
          </Button>
        )}
        <Button onClick={() => void copyText(role.text, "The lines are copied.")} disabled={role.masked}>
          <Copy aria-hidden="true" /> Copy
        </Button>
      </div>
    </section>
  );
}
