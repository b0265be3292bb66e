"use client";
import { LIMITS, type TerminalOffer } from "@interlock/protocol";
import { SquareTerminal, TriangleAlert } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input, Label, Textarea } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { openShell } from "../terminal/open-shell.ts";
import { needed } from "../terminal/terminal-words.ts";
import { podOffer, type PodWish } from "./open-pod.ts";
import { images, open, targetOf, type Way, wayOf, waySays } from "./pod-choice.ts";

/** Asks how and where one wants to come into a pod. */
export function PodDialog() {
  const session = useSession();
  const wish = useView((view) => view.pod);
  return (
    <Dialog open={wish !== undefined} onOpenChange={(opened) => !opened && session.show({ pod: undefined })}>
      <DialogContent className="top-[6vh] max-h-[88vh] w-[min(94vw,36rem)] overflow-hidden">
        <DialogHeader>
          <DialogTitle className="flex items-center gap-2">
            <SquareTerminal aria-hidden="true" className="size-4 shrink-0 text-dim" /> Into a pod
          </DialogTitle>
          <DialogDescription>Everybody in the room may look at it, and all that is shown in it is recorded.</DialogDescription>
        </DialogHeader>
        {wish && (
          <Place key={`${wish.connectionId} ${wish.namespace}/${wish.name}`} wish={wish} onDone={() => session.show({ pod: undefined })} />
        )}
      </DialogContent>
    </Dialog>
  );
}

interface PlaceProps {
  wish: PodWish;
  onDone: () => void;
}

/** Which pod it is, where that was not said. */
function Place({ wish, onDone }: PlaceProps) {
  const id = useId();
  const [namespace, setNamespace] = useState(wish.namespace);
  const [name, setName] = useState(wish.name);
  const [named, setNamed] = useState<PodWish | undefined>(wish.name === "" ? undefined : wish);
  const connection = useRoom((room) => room.connections.find((one) => one.id === wish.connectionId));
  const choose = (event: FormEvent) => {
    event.preventDefault();
    setNamed({ ...wish, namespace: namespace.trim(), name: name.trim() });
  };
  return (
    <>
      <p className="flex min-w-0 flex-wrap items-center gap-2 text-sm">
        <span className="font-medium">{connection?.name}</span>
        {connection && <EnvironmentBadge environment={connection.environment} />}
        {wish.name !== "" && (
          <span className="min-w-0 font-mono text-xs wrap-anywhere text-dim">
            {wish.namespace}/<span className="text-fg">{wish.name}</span>
          </span>
        )}
      </p>
      {wish.name === "" && (
        <form onSubmit={choose} className="mb-3 grid grid-cols-[1fr_1.5fr_auto] items-end gap-2 max-sm:grid-cols-1">
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-namespace`}>Namespace</Label>
            <Input
              id={`${id}-namespace`}
              autoFocus
              required
              value={namespace}
              onChange={(event) => setNamespace(event.target.value)}
              placeholder="payments"
            />
          </div>
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-name`}>Pod</Label>
            <Input
              id={`${id}-name`}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
              placeholder="checkout-7c9d8b6f5-x2x4q"
            />
          </div>
          <Button type="submit">Look</Button>
        </form>
      )}
      {named && <Offered key={`${named.namespace}/${named.name}`} wish={named} onDone={onDone} />}
    </>
  );
}

/** What may be done there, once that is known. */
function Offered({ wish, onDone }: PlaceProps) {
  const session = useSession();
  const [offer, setOffer] = useState<TerminalOffer | { failed: string }>();
  useEffect(() => {
    let gone = false;
    void podOffer(session, wish).then((told) => !gone && setOffer(told));
    return () => {
      gone = true;
    };
  }, [session, wish]);
  if (offer === undefined)
    return (
      <p role="status" className="flex items-center gap-2 py-6 text-sm text-dim">
        <Spinner /> Looking at the pod…
      </p>
    );
  const failed = "failed" in offer ? offer.failed : offer.pod?.lacks;
  if (failed !== undefined || "failed" in offer)
    return (
      <>
        <Warning bad>{failed}</Warning>
        <DialogFooter>
          <Button onClick={onDone}>Close</Button>
        </DialogFooter>
      </>
    );
  return <Choice wish={wish} offer={offer} onDone={onDone} />;
}

const WAYS: readonly { way: Way; title: string }[] = [
  { way: "exec", title: "Shell" },
  { way: "attach", title: "Attach" },
  { way: "debug", title: "Debug container" },
];

function Choice({ wish, offer, onDone }: PlaceProps & { offer: TerminalOffer }) {
  const session = useSession();
  const id = useId();
  const containers = open(offer);
  const [way, setWay] = useState<Way>(wish.way);
  const [name, setName] = useState(
    () => [wish.container, offer.pod?.defaultContainer].find((one) => containers.some((open) => open.name === one)) ?? containers[0]?.name,
  );
  const container = containers.find((one) => one.name === name);
  const chosen = wayOf(offer, way);
  const { whole, patterns } = images(wayOf(offer, "debug"));
  const [image, setImage] = useState(whole[0] ?? "");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const denied = chosen?.denied;
  const off =
    busy ||
    container === undefined ||
    denied !== undefined ||
    (chosen?.reason === true && reason.trim() === "") ||
    (way === "debug" && image.trim() === "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (off || container === undefined) return;
    setBusy(true);
    const target = targetOf(wish, { way, container: container.name, ...(way === "debug" ? { image: image.trim() } : {}) });
    const done = await openShell(session, target, reason.trim() === "" ? undefined : reason.trim());
    setBusy(false);
    if (done) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
      <div className="-mx-5 flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pt-0.5 pb-4">
        <fieldset className="flex min-w-0 flex-col gap-1">
          <legend className="mb-1 text-xs font-medium text-dim">How</legend>
          <div className="grid grid-cols-3 gap-1.5 max-sm:grid-cols-1">
            {WAYS.map((one) => (
              <Option
                key={one.way}
                group={`${id}-way`}
                checked={one.way === way}
                off={wayOf(offer, one.way)?.denied}
                onChoose={() => setWay(one.way)}
              >
                {one.title}
              </Option>
            ))}
          </div>
          {denied === undefined ? <p className="mt-1 text-xs text-dim">{waySays(way, container)}</p> : <Warning bad>{denied}</Warning>}
        </fieldset>
        {containers.length === 0 ? (
          <Warning bad>No container of this pod runs.</Warning>
        ) : (
          <fieldset className="flex min-w-0 flex-col gap-1">
            <legend className="mb-1 text-xs font-medium text-dim">{way === "debug" ? "Whose processes it sees" : "Container"}</legend>
            <div className="flex flex-col gap-1">
              {containers.map((one) => (
                <Option key={one.name} group={`${id}-container`} checked={one.name === name} onChoose={() => setName(one.name)}>
                  <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-3">
                    <span className="font-mono">{one.name}</span>
                    <span className="max-w-full min-w-0 truncate font-mono text-2xs text-dim">
                      {one.image}
                      {one.type === "ephemeral" && " · put in for debugging"}
                      {one.name === offer.pod?.defaultContainer && containers.length > 1 && " · default"}
                    </span>
                  </span>
                </Option>
              ))}
            </div>
          </fieldset>
        )}
        {way === "debug" && denied === undefined && (
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-image`}>Image, with a shell in it</Label>
            <Input
              id={`${id}-image`}
              autoFocus
              list={`${id}-images`}
              required
              value={image}
              onChange={(event) => setImage(event.target.value)}
              placeholder={patterns[0]?.replace("*", "…") ?? "busybox:1.37"}
              className="font-mono"
            />
            <datalist id={`${id}-images`}>
              {whole.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </datalist>
            <p className="text-xs text-dim">
              Policy permits <span className="font-mono wrap-anywhere">{[...whole, ...patterns].join(", ")}</span>.
            </p>
          </div>
        )}
        {chosen !== undefined && denied === undefined && chosen.moderators.length > 0 && (
          <Warning>Nothing is connected until {needed(chosen.moderators)} watches over it.</Warning>
        )}
        {chosen?.reason === true && denied === undefined && (
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-reason`}>Why is it needed?</Label>
            <Textarea
              id={`${id}-reason`}
              required
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder="Requests hang; looking at what this process waits for."
            />
          </div>
        )}
      </div>
      <DialogFooter>
        <Button onClick={onDone}>Cancel</Button>
        <Button variant="primary" type="submit" disabled={off} autoFocus={way !== "debug"}>
          {busy && <Spinner />} {way === "debug" ? "Put it in and open it" : way === "attach" ? "Attach" : "Open a shell"}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** One of several. What policy denies cannot be chosen, and says why. */
function Option({
  group,
  checked,
  off,
  onChoose,
  children,
}: {
  group: string;
  checked: boolean;
  off?: string | undefined;
  onChoose: () => void;
  children: React.ReactNode;
}) {
  return (
    <label
      title={off}
      className={cn(
        "flex min-w-0 cursor-pointer items-center gap-2 rounded-md border border-line px-2.5 py-1.5 text-sm hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-focus",
        checked && "border-focus bg-hover",
        off !== undefined && "cursor-not-allowed opacity-50",
      )}
    >
      <input type="radio" name={group} checked={checked} disabled={off !== undefined} onChange={onChoose} className="accent-focus" />
      {children}
    </label>
  );
}

function Warning({ bad = false, children }: { bad?: boolean; children: React.ReactNode }) {
  return (
    <p
      role={bad ? "alert" : "status"}
      className={cn("mt-1 flex gap-1.5 text-xs wrap-anywhere", bad ? "text-delete-text" : "text-modify-text")}
    >
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <span>{children}</span>
    </p>
  );
}
