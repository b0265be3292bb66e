import type { PrivilegeSummary, RightSubject } from "@interlock/protocol";
import { subjectText } from "./privilege-words.ts";

export type Show = "dangerous" | "idle" | "gone" | "smaller";

export interface PrivilegeFilter {
  text: string;
  /** Undefined: everybody. */
  show: Show | undefined;
  kinds: ReadonlySet<RightSubject["kind"]>;
  /** Also what belongs to Kubernetes itself. */
  system: boolean;
}

export const NO_FILTER: PrivilegeFilter = { text: "", show: undefined, kinds: new Set(), system: false };

export const isFiltered = ({ text, show, kinds }: PrivilegeFilter): boolean => text.trim() !== "" || show !== undefined || kinds.size > 0;

const SHOWS: Record<Show, (one: PrivilegeSummary) => boolean> = {
  dangerous: ({ dangers }) => dangers.length > 0,
  idle: ({ rights, used }) => rights > 0 && used === 0,
  gone: ({ gone }) => gone > 0,
  smaller: ({ smaller }) => smaller,
};

/** What the filter leaves, in the order it came. */
export function filtered(subjects: readonly PrivilegeSummary[], { text, show, kinds, system }: PrivilegeFilter): PrivilegeSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return subjects.filter((one) => {
    if (one.system && !system) return false;
    if (show !== undefined && !SHOWS[show](one)) return false;
    if (kinds.size > 0 && !kinds.has(one.subject.kind)) return false;
    const all = `${subjectText(one.subject)} ${one.dangers.map(({ title }) => title).join(" ")} ${one.byGroups.join(" ")}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
