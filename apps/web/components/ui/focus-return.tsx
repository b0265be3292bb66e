import { useInsertionEffect } from "react";

/** Where the keyboard was before the dialog that is open, or the one that led to it. */
let before: HTMLElement | undefined;

/** Put this into a dialog that no trigger of its own opens: Radix would leave the keyboard nowhere when it closes. */
export function RememberFocus() {
  // Before anything in the dialog takes the focus by `autoFocus`.
  useInsertionEffect(() => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || active === document.body || active.closest('[role="dialog"]')) return;
    // A menu is gone by then; what opened it stays.
    const menu = active.closest('[role="menu"]')?.getAttribute("aria-labelledby");
    before = (menu && document.getElementById(menu)) || active;
  }, []);
  return null;
}

/** For `onCloseAutoFocus`: gives the keyboard back, or to the content when that place is gone. */
export function returnFocus(event: Event): void {
  event.preventDefault();
  const to = before?.isConnected ? before : document.querySelector<HTMLElement>("main");
  to?.focus();
}
