"use client";
import { type Command, CommandFile, STANDARD_INPUT } from "@interlock/protocol";
import { ChevronDown, FileCode2, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { count } from "../impact/figures.ts";
import { rest } from "../shell/rest-client.ts";
import { fileSize } from "./file-size.ts";

const Files = CommandFile.extend({ content: CommandFile.shape.name }).array();
type File = CommandFile & { content: string };

/** Files up to this size are open by themselves while somebody has to agree to them, in bytes together. */
const OPEN_BYTES = 2_000;

/** What a command reads besides its text, as it was frozen: a reviewer agrees to it as much as to the text. */
export function FrozenFiles({ command, toReview }: { command: Command; toReview: boolean }) {
  const files = command.files ?? [];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const byItself = toReview && bytes <= OPEN_BYTES;
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (name: string) => chosen.get(name) ?? byItself;
  const contents = useContents(
    command.id,
    files.some(({ name }) => isOpen(name)),
  );
  if (files.length === 0) return null;
  return (
    <ul aria-label="Files" className="flex flex-col rounded-md border border-line bg-bg">
      {files.map((file) => {
        const open = isOpen(file.name);
        return (
          <li key={file.name} className="border-line not-first:border-t">
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setChosen(new Map(chosen).set(file.name, !open))}
              className="flex w-full items-center gap-1.5 px-2 py-1 text-left text-xs hover:bg-hover focus-visible:-outline-offset-2"
            >
              <FileCode2 aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
              <span className="min-w-0 truncate font-mono">{file.name === STANDARD_INPUT ? "standard input" : file.name}</span>
              <span className="ml-auto shrink-0 text-2xs text-dim tabular-nums" title={`SHA-256 ${file.sha256}`}>
                {file.documentId === undefined ? "sent along" : "of the room"} · {fileSize(file.bytes)}
              </span>
              <ChevronDown aria-hidden="true" className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-180")} />
            </button>
            {open && <Content file={file} contents={contents} />}
          </li>
        );
      })}
    </ul>
  );
}

function Content({ file, contents }: { file: CommandFile; contents: readonly File[] | Error | undefined }) {
  if (contents === undefined)
    return (
      <div className="px-2 pb-2">
        <Spinner label="Fetching the file" />
      </div>
    );
  const found = contents instanceof Error ? undefined : contents.find(({ name }) => name === file.name);
  // What is shown must be what the digest is over: another hash is another file.
  if (found === undefined || found.sha256 !== file.sha256)
    return (
      <p role="alert" className="flex items-baseline gap-1.5 px-2 pb-1.5 text-xs text-delete-text">
        <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />
        {contents instanceof Error ? contents.message : "What is stored is not what was frozen: do not agree to it."}
      </p>
    );
  const lines = found.content.split("\n");
  return (
    <pre
      tabIndex={0}
      aria-label={`Content of ${file.name}`}
      className="max-h-[45vh] overflow-auto border-t border-line px-2 py-1.5 font-mono text-xs leading-[1.55] whitespace-pre focus-visible:-outline-offset-2"
    >
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines of a frozen text never move
        <span key={index} className="block">
          <span aria-hidden="true" className="mr-3 inline-block min-w-5 text-right text-faint select-none">
            {count(index + 1)}
          </span>
          {line}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

/** Fetched once, when the first file is opened. Undefined while they are on their way. */
function useContents(commandId: string, wanted: boolean): readonly File[] | Error | undefined {
  const [contents, setContents] = useState<readonly File[] | Error>();
  useEffect(() => {
    if (!wanted || Array.isArray(contents)) return;
    const abort = new AbortController();
    rest.get(`/commands/${commandId}/files`, Files, abort.signal).then(
      (outcome) => setContents(outcome.ok ? outcome.value : new Error(outcome.detail ?? "The files cannot be read now.")),
      (error: unknown) => {
        if (!abort.signal.aborted) throw error;
      },
    );
    return () => abort.abort();
    // Asked again only when a file is opened anew after a failure.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [commandId, wanted]);
  return contents;
}
