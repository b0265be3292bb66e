"use client";

/** Where one can jump to over what is in between. */
export interface Skip {
  label: string;
  run: () => void;
}

const CONTENT: readonly Skip[] = [{ label: "Skip to the content", run: () => document.querySelector<HTMLElement>("main")?.focus() }];

/** The first stops of the Tab key on a page; seen only while they have the focus. `<main>` needs a tabIndex of -1. */
export function SkipLinks({ skips = CONTENT }: { skips?: readonly Skip[] }) {
  return skips.map(({ label, run }) => (
    <button
      key={label}
      type="button"
      onClick={run}
      className="sr-only focus:not-sr-only focus:fixed focus:top-1.5 focus:left-1.5 focus:z-50 focus:rounded-md focus:border focus:border-line focus:bg-raise focus:px-3 focus:py-1.5 focus:text-sm focus:font-medium focus:shadow-float"
    >
      {label}
    </button>
  ));
}
