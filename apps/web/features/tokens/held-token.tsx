"use client";
import type { FetchedToken } from "@interlock/protocol";
import { Copy, Download, Eye, EyeOff, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { download } from "../timeline/timeline-export.ts";
import { kubeconfigName } from "./token-words.ts";

/** A token in its proposer's page: hidden until it is wanted, for the clipboard or as a kubeconfig. */
export function HeldToken({
  token: { token, kubeconfig, warnings, account },
  connection,
  onForget,
}: {
  token: FetchedToken;
  connection: string;
  onForget: () => void;
}) {
  const [shown, setShown] = useState(false);
  return (
    <div className="flex flex-col gap-2" data-testid="held-token">
      <div className="flex items-start gap-1.5">
        <code
          data-testid="token"
          aria-label={shown ? "The token" : "The token, hidden"}
          className="max-h-28 min-w-0 flex-1 overflow-y-auto rounded-md border border-line bg-bg px-2 py-1 font-mono text-2xs/4 break-all text-fg"
          tabIndex={0}
        >
          {shown ? token : "•".repeat(32)}
        </code>
        <Button
          size="icon-sm"
          aria-label={shown ? "Hide the token" : "Reveal the token"}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff /> : <Eye />}
        </Button>
      </div>
      <div className="flex flex-wrap gap-1.5">
        <Button size="sm" onClick={() => void copyText(token, "The token is copied.")}>
          <Copy aria-hidden="true" /> Copy token
        </Button>
        <Button size="sm" onClick={() => void copyText(kubeconfig, "The kubeconfig is copied.")}>
          <Copy aria-hidden="true" /> Copy kubeconfig
        </Button>
        <Button size="sm" onClick={() => download(kubeconfigName(connection, account), "application/yaml", kubeconfig)}>
          <Download aria-hidden="true" /> Download kubeconfig
        </Button>
        <Button size="sm" variant="ghost" onClick={onForget}>
          Forget it
        </Button>
      </div>
      {warnings.map((warning) => (
        <p key={warning} className="flex items-baseline gap-1.5 text-xs text-modify-text">
          <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />{" "}
          <span className="min-w-0 wrap-anywhere">{warning}</span>
        </p>
      ))}
      <p className="text-xs text-dim">
        Shown once: it is in this page’s memory only, and gone when the page is closed or loaded again. Nobody can take it back before it
        expires.
      </p>
    </div>
  );
}
