"use client";
import { ChevronRight, CornerLeftUp, Pencil, RefreshCw, Search, Upload } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Input } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { crumbs, visibleName } from "./visible-name.ts";

interface FilesBarProps {
  path: string;
  loading: boolean;
  filter: string;
  onFilter: (filter: string) => void;
  onGo: (path: string) => void;
  onReload: () => void;
  /** Absent where nothing may be put there. */
  onUpload: ((files: readonly File[]) => void) | undefined;
}

/** Where one is, as folders to press or a path to write. */
export function FilesBar({ path, loading, filter, onFilter, onGo, onReload, onUpload }: FilesBarProps) {
  const [writing, setWriting] = useState<string>();
  const chooser = useRef<HTMLInputElement>(null);
  const parent = crumbs(path).at(-2)?.path;
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (writing !== undefined && writing.trim() !== "") onGo(writing.trim());
    setWriting(undefined);
  };
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-2 py-1 text-xs">
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="The folder above"
        title="The folder above (Backspace)"
        disabled={parent === undefined}
        onClick={() => parent !== undefined && onGo(parent)}
      >
        <CornerLeftUp />
      </Button>
      {writing === undefined ? (
        <nav aria-label="Path" className="flex min-w-0 flex-1 items-center overflow-x-auto max-md:order-last max-md:basis-full">
          {crumbs(path).map(({ name, path: folder }, at, all) => (
            <span key={folder} className="flex shrink-0 items-center">
              {at > 1 && <ChevronRight aria-hidden="true" className="size-3 text-faint" />}
              <button
                type="button"
                aria-current={at === all.length - 1 ? "location" : undefined}
                onClick={() => onGo(folder)}
                className="max-w-48 truncate rounded-sm px-1 py-0.5 font-mono text-dim hover:bg-hover hover:text-fg aria-[current]:text-fg"
              >
                {visibleName(name)}
              </button>
            </span>
          ))}
          <Button variant="ghost" size="icon-sm" aria-label="Write a path" onClick={() => setWriting(path)}>
            <Pencil />
          </Button>
        </nav>
      ) : (
        <form onSubmit={go} className="min-w-0 flex-1 max-md:order-last max-md:basis-full">
          <Input
            autoFocus
            aria-label="Path"
            value={writing}
            onChange={(event) => setWriting(event.target.value)}
            onBlur={() => setWriting(undefined)}
            onKeyDown={(event) => event.key === "Escape" && setWriting(undefined)}
            className="h-6 font-mono text-xs"
          />
        </form>
      )}
      <span className="relative w-36 max-md:w-28">
        <Search aria-hidden="true" className="absolute top-1.5 left-2 size-3 text-faint" />
        <Input
          type="search"
          aria-label="Filter names"
          placeholder="Filter"
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
          className="h-6 pl-6 text-xs"
        />
      </span>
      <Button variant="ghost" size="icon-sm" aria-label="Read the folder again" onClick={onReload} disabled={loading}>
        {loading ? <Spinner className="size-3.5" /> : <RefreshCw />}
      </Button>
      {onUpload && (
        <>
          <Button size="sm" onClick={() => chooser.current?.click()}>
            <Upload aria-hidden="true" /> Upload…
          </Button>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label="Files for the host"
            data-testid="upload-files"
            onChange={(event) => {
              onUpload([...(event.target.files ?? [])]);
              // The same file again is a choice again.
              event.target.value = "";
            }}
          />
        </>
      )}
    </div>
  );
}
