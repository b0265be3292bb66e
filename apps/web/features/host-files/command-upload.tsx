"use client";
import type { Command } from "@interlock/protocol";
import { Eye } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { FilePreviewView } from "./file-preview.tsx";
import { UploadFacts } from "./upload-facts.tsx";
import { lastPart, visibleName } from "./visible-name.ts";

const WAITING = new Set<Command["state"]>(["awaiting_review", "approved", "running"]);

/** What a command puts on a host, for those who agree to it. */
export function CommandUpload({ command }: { command: Command }) {
  const { upload } = command;
  const [open, setOpen] = useState(false);
  if (!upload) return null;
  return (
    <div className="flex flex-col items-start gap-1.5">
      <UploadFacts upload={upload} />
      {WAITING.has(command.state) && (
        <Button size="sm" onClick={() => setOpen(true)}>
          <Eye aria-hidden="true" /> Look at what is put there
        </Button>
      )}
      {open && (
        <Dialog open onOpenChange={setOpen}>
          <DialogContent className="flex h-[min(80vh,40rem)] w-[min(94vw,52rem)] flex-col">
            <DialogHeader>
              <DialogTitle>{visibleName(lastPart(upload.path))}</DialogTitle>
              <DialogDescription>Its beginning as it was sent, masked. What is agreed to is all of it, by its SHA-256.</DialogDescription>
            </DialogHeader>
            <FilePreviewView address={`/commands/${command.id}/upload`} path={upload.path} />
          </DialogContent>
        </Dialog>
      )}
    </div>
  );
}
