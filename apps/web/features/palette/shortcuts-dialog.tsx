"use client";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { useRegisteredCommands } from "./palette-registry.tsx";

const EVERYWHERE = [
  { title: "Command palette", keys: "Mod+K" },
  { title: "Move between controls", keys: "Tab" },
  { title: "Close what is open", keys: "Esc" },
];

/** Every shortcut that works on this page now. */
export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const commands = useRegisteredCommands();
  const here = commands.flatMap(({ title, shortcut }) => (shortcut ? [{ title, keys: shortcut }] : []));
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Keyboard shortcuts</DialogTitle>
          <DialogDescription>What works on this page now.</DialogDescription>
        </DialogHeader>
        <dl className="grid grid-cols-[1fr_auto] items-center gap-y-2.5">
          {[...here, ...EVERYWHERE].map(({ title, keys }) => (
            <div key={`${title} ${keys}`} className="contents">
              <dt>{title}</dt>
              <dd className="justify-self-end">
                <Kbd keys={keys} />
              </dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  );
}
