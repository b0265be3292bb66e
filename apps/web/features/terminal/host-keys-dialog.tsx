"use client";
import { ERRORS, type HostKey, HostKey as HostKeySchema, HostKeys } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { newKey } from "../room/request-key.ts";
import { rest } from "../shell/rest-client.ts";

interface HostKeysDialogProps {
  connection: { id: string; name: string };
  /** Whether this person decides; others may look. */
  decides: boolean;
  onClose: () => void;
}

const TONES = { met: "warn", approved: "good", refused: "bad" } as const;

/** Which keys the hosts of a connection answered with. An administrator compares fingerprints with the hosts' own and approves them. */
export function HostKeysDialog({ connection, decides, onClose }: HostKeysDialogProps) {
  const [keys, setKeys] = useState<readonly HostKey[]>();
  const [failure, setFailure] = useState<string>();
  const path = `/connections/${encodeURIComponent(connection.id)}/host-keys`;
  useEffect(() => {
    const abort = new AbortController();
    rest.get(path, HostKeys, abort.signal).then(
      (answer) => (answer.ok ? setKeys(answer.value.keys) : setFailure(answer.detail ?? ERRORS[answer.code].title)),
      (error: unknown) => abort.signal.aborted || setFailure(error instanceof Error ? error.message : "Interlock does not answer."),
    );
    return () => abort.abort();
  }, [path]);
  const decide = async ({ id, fingerprint }: HostKey, decision: "approve" | "refuse") => {
    const answer = await rest.post(`${path}/${id}`, { decision, fingerprint }, HostKeySchema, { key: newKey() });
    if (answer.ok) return setKeys((all) => all?.map((one) => (one.id === id ? answer.value : one)));
    toast.error(ERRORS[answer.code].title, { description: answer.detail ?? ERRORS[answer.code].next });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(94vw,42rem)]">
        <DialogHeader>
          <DialogTitle>Host keys of {connection.name}</DialogTitle>
          <DialogDescription>
            Compare a fingerprint with what the host itself says, on its console (
            <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>, or the file of another algorithm), before it is approved. Nothing
            is sent to a host whose key is not approved.
          </DialogDescription>
        </DialogHeader>
        {failure !== undefined && (
          <p role="alert" className="text-sm text-delete-text">
            {failure}
          </p>
        )}
        {keys === undefined && failure === undefined && <Skeleton className="h-16" />}
        {keys?.length === 0 && (
          <p className="text-sm text-dim">No key waits here. Open a shell: a key that is not known yet is here then, to be compared.</p>
        )}
        <ul className="flex max-h-[60vh] flex-col gap-2 overflow-y-auto">
          {keys?.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md border border-line bg-bg px-3 py-2">
              <div className="min-w-0 flex-1 basis-80">
                <p className="flex items-center gap-2 text-sm">
                  <span className="truncate font-medium">{key.host}</span> <span className="text-xs text-dim">{key.algorithm}</span>
                  <Badge tone={TONES[key.state]}>{key.state === "met" ? "not approved" : key.state}</Badge>
                </p>
                <code className="text-xs wrap-anywhere">{key.fingerprint}</code>
                {key.state === "met" && keys.some(({ host, state }) => host === key.host && state === "approved") && (
                  <p className="text-xs text-delete-text">This host answered with another key before. Find out why first.</p>
                )}
                {key.decidedBy !== undefined && <p className="text-2xs text-faint">by {key.decidedBy}</p>}
              </div>
              {decides && (
                <span className="flex gap-1.5">
                  {key.state !== "refused" && (
                    <Button variant="danger" onClick={() => void decide(key, "refuse")}>
                      {key.state === "approved" ? "Take the approval back" : "Refuse"}
                    </Button>
                  )}
                  {key.state !== "approved" && (
                    <Button variant="approve" onClick={() => void decide(key, "approve")}>
                      The fingerprints match: approve
                    </Button>
                  )}
                </span>
              )}
            </li>
          ))}
        </ul>
        {!decides && <p className="text-xs text-dim">Members of admins approve them.</p>}
      </DialogContent>
    </Dialog>
  );
}
