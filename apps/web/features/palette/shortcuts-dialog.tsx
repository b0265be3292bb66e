"use client";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Kbd, useAppleKeyboard } from "../../components/ui/kbd.tsx";
import { useRegisteredCommands } from "./palette-registry.tsx";

interface Shortcut {
  title: string;
  keys: string;
  note?: string;
}

const PALETTE: Shortcut = { title: "Command palette", keys: "Mod+K" };
/** Where Mod is Ctrl, which a shell wants for itself. */
const IN_TERMINAL: Shortcut = {
  title: "Command palette in a terminal",
  keys: "Ctrl+Shift+K",
  note: "Ctrl K and Ctrl / are the shell’s there",
};
const EVERYWHERE: readonly Shortcut[] = [
  { title: "Move between controls", keys: "Tab" },
  { title: "Close what is open", keys: "Esc" },
];

/** Every shortcut that works on this page now. */
export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const commands = useRegisteredCommands();
  const apple = useAppleKeyboard();
  const here = commands.flatMap(({ title, shortcut }): Shortcut[] => (shortcut ? [{ title, keys: shortcut }] : []));
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Keyboard shortcuts</DialogTitle>
          <DialogDescription>What works on this page now.</DialogDescription>
        </DialogHeader>
        <dl className="grid grid-cols-[1fr_auto] items-center gap-y-2.5">
          {[...here, PALETTE, ...(apple ? [] : [IN_TERMINAL]), ...EVERYWHERE].map(({ title, keys, note }) => (
            <div key={`${title} ${keys}`} className="contents">
              <dt>
                {title}
                {note !== undefined && <span className="block text-xs text-dim">{note}</span>}
              </dt>
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
