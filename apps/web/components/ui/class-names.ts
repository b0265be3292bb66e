import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** `text-2xs` is a size of ours; without being told, tailwind-merge takes it for a colour and drops the real one. */
const merge = extendTailwindMerge({ extend: { classGroups: { "font-size": [{ text: ["2xs"] }] } } });

/** Joins class names; of two that set the same thing the later wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}

/**
 * For what is shown of an earlier state: it loses its colours, and its text stays at 4.5:1 or more, which less opacity would not leave it. Not
 * around solid badges, whose text would be dim on their colour.
 */
export const STALE = "text-dim **:text-dim grayscale";
