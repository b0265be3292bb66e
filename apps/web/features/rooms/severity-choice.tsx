import { Severity } from "@interlock/protocol";

const HINTS: Record<Severity, string> = {
  "SEV-1": "customers cannot use it",
  "SEV-2": "a large part is broken",
  "SEV-3": "degraded, with a way around",
  "SEV-4": "no customer notices",
};

const CHOICES = [
  { value: "", label: "None", hint: "ordinary work, no incident" },
  ...Severity.options.map((value) => ({ value, label: value, hint: HINTS[value] })),
];

/** The severities as one row of radio buttons; the form sends `name`, empty for none. */
export function SeverityChoice({ name }: { name: string }) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-xs font-medium text-dim">Severity</legend>
      <div className="grid grid-cols-5 gap-1.5">
        {CHOICES.map(({ value, label, hint }) => (
          <label
            key={value}
            title={hint}
            className="flex h-8 cursor-pointer items-center justify-center rounded-md border border-line bg-raise text-xs font-medium text-dim hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
          >
            <input type="radio" name={name} value={value} defaultChecked={value === ""} className="sr-only" />
            {label}
            <span className="sr-only">, {hint}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
