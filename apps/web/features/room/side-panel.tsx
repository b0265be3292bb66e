"use client";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { PANEL_WIDTHS } from "./stored-layout.ts";

interface SidePanelProps {
  side: "left" | "right";
  label: string;
  /** Pixels. */
  width: { initial: number; least: number; most: number };
  children: ReactNode;
}

/** A column beside the documents whose width a person drags or sets with the arrow keys; the browser remembers it. */
export function SidePanel({ side, label, width, children }: SidePanelProps) {
  const [size, setSize] = useRememberedSize(PANEL_WIDTHS[side === "left" ? 0 : 1], width);
  const grab = (event: PointerEvent<HTMLElement>) => {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const move = (next: globalThis.PointerEvent) => setSize(size + (side === "left" ? 1 : -1) * (next.clientX - start));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setSize(size + (side === "left" ? step : -step));
  };
  return (
    <aside
      aria-label={label}
      className={cn("relative flex min-h-0 shrink-0 flex-col bg-panel", side === "left" ? "border-r border-line" : "border-l border-line")}
      style={{ width: size }}
    >
      {children}
      {/* A separator that can be moved is interactive (WAI-ARIA, window splitter) */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={`Width of ${label.toLowerCase()}`}
        aria-valuenow={size}
        aria-valuemin={width.least}
        aria-valuemax={width.most}
        onPointerDown={grab}
        onKeyDown={press}
        className={cn(
          "absolute inset-y-0 z-20 w-1.5 cursor-col-resize touch-none hover:bg-accent/40",
          side === "left" ? "-right-1" : "-left-1",
        )}
      />
    </aside>
  );
}

function useRememberedSize(key: string, { initial, least, most }: SidePanelProps["width"]) {
  const [size, setSize] = useState(initial);
  useEffect(() => {
    const kept = Number(localStorage.getItem(key));
    if (kept >= least && kept <= most) setSize(kept);
  }, [key, least, most]);
  const remember = (next: number) => {
    const within = Math.round(Math.max(least, Math.min(most, next)));
    setSize(within);
    localStorage.setItem(key, String(within));
  };
  return [size, remember] as const;
}
