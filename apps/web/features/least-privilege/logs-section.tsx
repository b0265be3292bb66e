"use client";
import { ERRORS, type LeastPrivilegePage, LIMITS, UsageImport } from "@interlock/protocol";
import { Trash2, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { rest } from "../shell/rest-client.ts";
import { day, plural, size } from "./privilege-words.ts";

interface Props {
  connection: string;
  page: LeastPrivilegePage;
  onChange: () => void;
}

const Gone = { safeParse: (value: unknown) => ({ success: true, data: value }) as const };

/** What is known of the use of rights: the time that imported logs tell of, which they are, and the way to import another. */
export function LogsSection({ connection, page: { coverage, imports, mayImport, importers }, onChange }: Props) {
  const picker = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const path = `/connections/${encodeURIComponent(connection)}/usage-imports`;
  const send = async (files: readonly File[]) => {
    setProblem(undefined);
    for (const file of files) {
      if (file.size > LIMITS.auditLogBytes) {
        setProblem(
          `${file.name} is ${size(file.size)}. A log is at most ${size(LIMITS.auditLogBytes)} as it is sent: pack it with gzip, or import it in parts.`,
        );
        break;
      }
      setSending(`${file.name}, ${size(file.size)}`);
      const outcome = await rest.upload(`${path}?name=${encodeURIComponent(file.name)}`, file, UsageImport);
      if (!outcome.ok) {
        setProblem(`${file.name}: ${outcome.detail ?? ERRORS[outcome.code].title}`);
        break;
      }
      const { counted, badLines } = outcome.value;
      toast(`${file.name} was read.`, {
        description: `${plural(counted, "request")} counted${badLines > 0 ? `, ${plural(badLines, "line")} could not be read` : ""}.`,
      });
    }
    setSending(undefined);
    onChange();
  };
  const remove = async ({ id, name }: UsageImport) => {
    const outcome = await rest.remove(`${path}/${id}`, Gone);
    if (outcome.ok) toast(`${name} no longer counts.`);
    else toast.error(ERRORS[outcome.code].title, { description: outcome.detail });
    onChange();
  };
  const { coveredDays, days, complete, gaps } = coverage;
  const covered = coveredDays >= 1 || coveredDays === 0 ? Math.floor(coveredDays) : Math.round(coveredDays * 10) / 10;
  return (
    <section aria-label="Audit logs" className="flex flex-col gap-2.5 rounded-lg border border-line bg-panel px-3.5 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className={cn("min-w-56 flex-1 text-sm", !complete && imports.length > 0 && "text-modify-text")}>
          <strong className="font-semibold tabular-nums">
            {imports.length === 0
              ? "No audit log was imported"
              : `The logs tell of ${coveredDays < 0.1 ? "less than 0.1" : covered} of ${days} days`}
          </strong>
          {imports.length === 0
            ? ": whether a right is used is not known."
            : complete
              ? ": what was not seen was not used."
              : ". What was used in the rest is unknown: “not seen” is not “never”."}
        </p>
        {mayImport ? (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              aria-label="Audit logs to import"
              className="sr-only"
              tabIndex={-1}
              onChange={(event) => {
                const files = [...(event.target.files ?? [])];
                event.target.value = "";
                void send(files);
              }}
            />
            <Button onClick={() => picker.current?.click()} disabled={sending !== undefined}>
              {sending === undefined ? <Upload aria-hidden="true" /> : <Spinner />} Import an audit log
            </Button>
          </>
        ) : (
          <span className="text-xs text-dim">Logs are imported by {importers.join(" or ")}.</span>
        )}
      </div>
      {imports.length > 0 && <CoverageBar coverage={coverage} />}
      {sending !== undefined && <output className="text-xs text-dim">Reading {sending}…</output>}
      {problem !== undefined && (
        <p role="alert" className="text-xs text-delete-text">
          {problem} Nothing of it was kept.
        </p>
      )}
      {gaps.length > 0 && imports.length > 0 && (
        <p className="text-xs text-dim">
          No log tells of {gaps.map(({ from, to }) => `${day(from)} to ${day(to)}`).join(", ")}. Every API server of the cluster writes a
          log of its own.
        </p>
      )}
      {imports.length > 0 && (
        <details>
          <summary className="cursor-pointer text-xs text-dim">{plural(imports.length, "imported log")}</summary>
          <ul className="mt-1.5 flex flex-col divide-y divide-line">
            {imports.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-1.5 text-xs">
                <span className="min-w-0 font-mono break-all">{one.name}</span>
                <span className="text-dim">
                  {one.from && one.to && `${day(one.from)} to ${day(one.to)} · `}
                  {plural(one.counted, "request")} of {plural(one.entries, "entry", "entries")} · {size(one.bytes)} · by {one.by}
                </span>
                {one.badLines > 0 && (
                  <span className="text-modify-text" title={one.problems.map(({ line, message }) => `line ${line} ${message}`).join("\n")}>
                    {plural(one.badLines, "line")} could not be read:{" "}
                    {one.problems
                      .slice(0, 3)
                      .map(({ line, message }) => `line ${line} ${message}`)
                      .join("; ")}
                    {one.badLines > 3 && " …"}
                  </span>
                )}
                {mayImport && (
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    className="ml-auto"
                    aria-label={`Remove ${one.name}`}
                    title="Take out what it told"
                    onClick={() => void remove(one)}
                  >
                    <Trash2 />
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** The days asked about as a line: what logs tell of is filled. */
function CoverageBar({ coverage: { since, days, gaps } }: Pick<LeastPrivilegePage, "coverage">) {
  const begin = Date.parse(since);
  const part = (at: string): number => Math.min(100, Math.max(0, ((Date.parse(at) - begin) / (days * 86_400_000)) * 100));
  return (
    <div aria-hidden="true" className="relative h-1.5 overflow-hidden rounded-full bg-read">
      {gaps.map(({ from, to }) => (
        <span key={from} className="absolute inset-y-0 bg-hover" style={{ left: `${part(from)}%`, width: `${part(to) - part(from)}%` }} />
      ))}
    </div>
  );
}
