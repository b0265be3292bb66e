"use client";
import { ClipboardPaste, Copy, MousePointerClick, Search, TextSelect, X } from "lucide-react";
import { type MouseEvent, type ReactNode, useState } from "react";
import { toast } from "sonner";
import {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuSeparator,
  ContextMenuTrigger,
} from "../../components/ui/context-menu.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import type { XtermScreen } from "./xterm-screen.ts";

interface TerminalMenuProps {
  screen: XtermScreen | undefined;
  name: string;
  /** Somebody whose keys go nowhere has nothing to paste into. */
  types: boolean;
  onPaste: (text: string) => void;
  onSearch: () => void;
  /** Undefined where nobody can be shown anything. */
  onPoint: (() => void) | undefined;
  /** The screen. */
  children: ReactNode;
}

/** What a right click, a long press and the menu key open over a screen. */
export function TerminalMenu({ screen, name, types, onPaste, onSearch, onPoint, children }: TerminalMenuProps) {
  const [selected, setSelected] = useState(false);
  const term = screen?.term;
  const opens = (event: MouseEvent) => {
    // A program that follows the mouse has had the click already.
    const taken = types && event.button === 2 && !event.shiftKey && term?.modes.mouseTrackingMode !== "none";
    if (term === undefined || taken) return event.preventDefault();
    setSelected(term.hasSelection());
  };
  return (
    <ContextMenu>
      <ContextMenuTrigger asChild onContextMenu={opens}>
        {children}
      </ContextMenuTrigger>
      <ContextMenuContent
        aria-label={`Menu of the terminal on ${name}`}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          // The shell has the keyboard again, unless what was chosen has taken it.
          const { activeElement } = document;
          if (activeElement === null || activeElement === document.body) term?.focus();
        }}
      >
        <ContextMenuItem disabled={!selected} onSelect={() => term && void copyText(term.getSelection(), "The selection is copied.")}>
          <Copy aria-hidden="true" /> Copy <Keys>Ctrl Shift C</Keys>
        </ContextMenuItem>
        {types && (
          <ContextMenuItem onSelect={() => void readClipboard(onPaste)}>
            <ClipboardPaste aria-hidden="true" /> Paste <Keys>Ctrl Shift V</Keys>
          </ContextMenuItem>
        )}
        <ContextMenuSeparator />
        <ContextMenuItem onSelect={() => term?.selectAll()}>
          <TextSelect aria-hidden="true" /> Select all
        </ContextMenuItem>
        <ContextMenuItem disabled={!selected} onSelect={() => term?.clearSelection()}>
          <X aria-hidden="true" /> Clear the selection
        </ContextMenuItem>
        {onPoint && (
          <ContextMenuItem disabled={!selected} onSelect={onPoint}>
            <MousePointerClick aria-hidden="true" /> Point at the selection
          </ContextMenuItem>
        )}
        <ContextMenuSeparator />
        <ContextMenuItem onSelect={onSearch}>
          <Search aria-hidden="true" /> Search… <Keys>Ctrl Shift F</Keys>
        </ContextMenuItem>
      </ContextMenuContent>
    </ContextMenu>
  );
}

const Keys = ({ children }: { children: string }) => <span className="ml-auto pl-4 text-xs text-faint">{children}</span>;

/** Browsers let a page read the clipboard only on a secure origin, and where the person permits it. */
async function readClipboard(use: (text: string) => void): Promise<void> {
  let text: string;
  try {
    text = await navigator.clipboard.readText();
  } catch {
    toast.error("This browser does not let the page read the clipboard.", { description: "Paste by keyboard: Ctrl Shift V, or ⌘V." });
    return;
  }
  if (text === "") toast("There is no text on the clipboard.");
  else use(text);
}
