import { type LucideIcon, Monitor, Moon, Sun } from "lucide-react";

/** What a person can choose; `system` follows the machine. */
export const THEMES: readonly { id: "dark" | "light" | "system"; title: string; icon: LucideIcon }[] = [
  { id: "dark", title: "Dark", icon: Moon },
  { id: "light", title: "Light", icon: Sun },
  { id: "system", title: "Like this machine", icon: Monitor },
];
