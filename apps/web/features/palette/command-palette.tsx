"use client";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { givingBack, RememberFocus } from "../../components/ui/focus-return.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { type PaletteCommand, useRegisteredCommands } from "./palette-registry.tsx";
import { usePostureCommands } from "../posture/posture-commands.ts";
import { useRoomCommands } from "./room-commands.ts";

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Everything one can do here, found by typing. The page's own commands come before the general ones. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={givingBack()}
          className="fixed top-[14vh] left-1/2 z-50 w-[min(94vw,36rem)] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-panel shadow-float outline-none"
        >
          <RememberFocus />
          <Radix.Title className="sr-only">Command palette</Radix.Title>
          <PaletteList onDone={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Drawn only while the palette is open, so it opens empty and asks for the rooms afresh. */
function PaletteList({ onDone }: { onDone: () => void }) {
  const [query, setQuery] = useState("");
  const here = useRegisteredCommands().filter((entry): entry is PaletteCommand => "run" in entry);
  const groups = grouped([
    ...here,
    ...usePostureCommands().filter(({ id }) => here.every((known) => known.id !== id)),
    ...useRoomCommands(),
  ]);
  return (
    <Command label="Commands" loop>
      <div className="flex items-center gap-2.5 border-b border-line px-3.5">
        <Search aria-hidden="true" className="size-4 text-faint" />
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder="Go to a room, or do something…"
          className="h-11 w-full bg-transparent text-base text-fg outline-none placeholder:text-faint"
        />
        <Kbd keys="Esc" />
      </div>
      <Command.List className="max-h-[min(52vh,24rem)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-sm text-dim">Nothing matches “{query}”.</Command.Empty>
        {groups.map(([group, commands]) => (
          <Command.Group
            key={group}
            heading={group}
            className="**:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:pt-2.5 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-2xs **:[[cmdk-group-heading]]:font-semibold **:[[cmdk-group-heading]]:tracking-wider **:[[cmdk-group-heading]]:text-faint **:[[cmdk-group-heading]]:uppercase"
          >
            {commands.map((command) => (
              <PaletteItem key={command.id} command={command} onDone={onDone} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function PaletteItem({ command, onDone }: { command: PaletteCommand; onDone: () => void }) {
  const Icon = command.icon;
  return (
    <Command.Item
      value={command.id}
      keywords={[command.title, command.group, ...(command.keywords ?? [])]}
      // Closed first: what runs may move the focus, and closing would move it back.
      onSelect={() => {
        onDone();
        queueMicrotask(() => command.run());
      }}
      className="flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm data-[selected=true]:bg-hover"
    >
      {Icon ? <Icon aria-hidden="true" className="size-3.5 shrink-0 text-dim" /> : <span className="w-3.5" />}
      <span className="truncate">{command.title}</span>
      {command.shortcut && <Kbd keys={command.shortcut} className="ml-auto" />}
    </Command.Item>
  );
}

/** What the page itself offers (not in `always`, so -1) comes before what is always there. */
function grouped(commands: readonly PaletteCommand[]): [string, PaletteCommand[]][] {
  const groups = Map.groupBy(commands, (command) => command.group);
  const always = ["Rooms", "Interlock"];
  return [...groups].sort(([a], [b]) => always.indexOf(a) - always.indexOf(b));
}
