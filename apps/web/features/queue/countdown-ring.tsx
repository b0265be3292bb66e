"use client";
import { useEffect, useRef, useState } from "react";

/** Seconds until a command runs, as a ring that empties. */
export function CountdownRing({ runsAt, totalMs }: { runsAt: string; totalMs: number }) {
  const end = Date.parse(runsAt);
  const [left, setLeft] = useState(() => Math.max(0, end - Date.now()));
  const circle = useRef<SVGCircleElement>(null);
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, end - Date.now())), 100);
    return () => clearInterval(timer);
  }, [end]);
  const share = Math.min(1, left / Math.max(1, totalMs));
  const seconds = Math.ceil(left / 1_000);
  return (
    <span role="timer" aria-label={`Runs in ${seconds} s`} className="relative grid size-8 shrink-0 place-items-center">
      <svg viewBox="0 0 32 32" aria-hidden="true" className="absolute inset-0 -rotate-90">
        <circle cx="16" cy="16" r="13.5" fill="none" strokeWidth="3" className="stroke-modify-soft" />
        <circle
          ref={circle}
          cx="16"
          cy="16"
          r="13.5"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          pathLength={1}
          strokeDasharray={`${share} 1`}
          className="stroke-modify transition-[stroke-dasharray] duration-100 ease-linear"
        />
      </svg>
      <span aria-hidden="true" className="text-xs font-bold text-modify-text tabular-nums">
        {seconds}
      </span>
    </span>
  );
}
