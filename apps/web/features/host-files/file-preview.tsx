"use client";
import { ERRORS, FilePreview, type Refusal } from "@interlock/protocol";
import { ArrowLeft, FileWarning, FileX2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { bytesInWords } from "../impact/figures.ts";
import { useReader } from "../results/text-view.tsx";
import { rest } from "../shell/rest-client.ts";
import { lastPart, visibleName } from "./visible-name.ts";

/** The beginning of a file as text, read only, masked; `address` is below /api/v1. */
export function FilePreviewView({ address, path, onBack }: { address: string; path: string; onBack?: () => void }) {
  const [shown, setShown] = useState<FilePreview>();
  const [refusal, setRefusal] = useState<Refusal>();
  useEffect(() => {
    const leaving = new AbortController();
    rest.get(address, FilePreview, leaving.signal).then(
      (answer) => (answer.ok ? setShown(answer.value) : setRefusal(answer)),
      // Left before the answer.
      () => undefined,
    );
    return () => leaving.abort();
  }, [address]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-8 shrink-0 items-center gap-2.5 border-b border-line bg-panel px-2 text-xs text-dim">
        {onBack && (
          <Button variant="ghost" size="sm" onClick={onBack} autoFocus>
            <ArrowLeft aria-hidden="true" /> Folder
          </Button>
        )}
        <span className="min-w-0 truncate font-mono text-fg">{visibleName(lastPart(path))}</span>
        {shown && <span className="shrink-0 tabular-nums">{bytesInWords(shown.size)}</span>}
        {shown?.masked && <Badge tone="masked">masked</Badge>}
        {shown?.truncated && shown.text !== undefined && <Badge tone="warn">its beginning only</Badge>}
      </div>
      {refusal ? (
        <StatusMessage icon={FileX2} tone="bad" title={ERRORS[refusal.code].title}>
          {[refusal.detail, ERRORS[refusal.code].next].filter(Boolean).join(" ")}
        </StatusMessage>
      ) : shown === undefined ? (
        <div className="grid flex-1 place-items-center">
          <Spinner label="Reading the file" />
        </div>
      ) : shown.text === undefined ? (
        <StatusMessage icon={FileWarning} title="This is no text">
          It holds bytes that are not UTF-8, so that nothing of it is shown.
        </StatusMessage>
      ) : shown.text === "" ? (
        <StatusMessage icon={FileWarning} title="The file is empty" />
      ) : (
        <Text text={shown.text} label={`Beginning of ${lastPart(path)}`} />
      )}
    </div>
  );
}

function Text({ text, label }: { text: string; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const view = useReader(host, "plaintext", label);
  useEffect(() => view?.getModel()?.setValue(text), [view, text]);
  return <div ref={host} className="min-h-0 flex-1" data-testid="preview" />;
}
