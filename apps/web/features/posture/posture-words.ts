import type { PostureArea, PostureSeverity } from "@interlock/protocol";

export const SEVERITY_WORDS: Record<PostureSeverity, { label: string; hint: string }> = {
  critical: { label: "Critical", hint: "gives away a node or the cluster" },
  high: { label: "High", hint: "a step towards it, or an outage" },
  medium: { label: "Medium", hint: "one layer less" },
  low: { label: "Low", hint: "upkeep" },
};

export const AREA_WORDS: Record<PostureArea, string> = {
  rights: "Rights",
  duties: "Duties",
  credentials: "Credentials",
  workload: "Isolation",
  images: "Images",
  resources: "Resources",
  availability: "Availability",
  network: "Network",
  namespaces: "Namespaces",
};

/** Whole class names, for Tailwind to find. */
export const SEVERITY_CLASS: Record<PostureSeverity, string> = {
  critical: "border-delete-line bg-delete-soft text-delete-text",
  high: "border-privilege-line bg-privilege-soft text-privilege-text",
  medium: "border-modify-line bg-modify-soft text-modify-text",
  low: "border-unknown-line bg-unknown-soft text-unknown-text",
};

/** `1 finding`, `3 findings`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Kinds as people know them: `apps/Deployment` is Deployment. */
export const kindWord = (kind: string): string => kind.slice(kind.indexOf("/") + 1);
