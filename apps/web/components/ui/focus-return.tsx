import { useInsertionEffect } from "react";

/** Longest that anything waits for a dialog to give the focus back, in milliseconds: one whose end is not told must hold nothing up for good. */
const GIVEN_BACK_MS = 2_000;

/** Dialogs that have the keyboard, and what waits until they have given it back. */
let open = 0;
const waiting = new Set<() => void>();

/** Where the keyboard was before the dialog that is open, or the one that led to it. */
let before: HTMLElement | undefined;

/** Put this into a dialog that no trigger of its own opens: Radix would leave the keyboard nowhere when it closes. */
export function RememberFocus() {
  // Before anything in the dialog takes the focus by `autoFocus`.
  useInsertionEffect(() => {
    open++;
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || active === document.body || active.closest('[role="dialog"]')) return;
    // A menu is gone by then; what opened it stays.
    const menu = active.closest('[role="menu"]')?.getAttribute("aria-labelledby");
    before = (menu && document.getElementById(menu)) || active;
  }, []);
  return null;
}

/** For `onCloseAutoFocus` of a dialog with `RememberFocus`: gives the keyboard back, by itself to where it was, or to the content when that is gone. */
export function givingBack(give: (event: Event) => void = giveBack): (event: Event) => void {
  return (event) => {
    try {
      give(event);
    } finally {
      open = Math.max(0, open - 1);
    }
    if (open === 0) for (const run of [...waiting]) run();
  };
}

function giveBack(event: Event): void {
  event.preventDefault();
  const to = before?.isConnected ? before : document.querySelector<HTMLElement>("main");
  to?.focus();
}

/** Runs what moves the focus: a dialog that is closing gives it back first, however long that takes. Returns what takes it back. */
export function afterDialogs(move: () => void): () => void {
  const run = () => {
    forget();
    move();
  };
  const timer = setTimeout(run, open === 0 ? 0 : GIVEN_BACK_MS);
  const forget = () => {
    clearTimeout(timer);
    waiting.delete(run);
  };
  waiting.add(run);
  return forget;
}
