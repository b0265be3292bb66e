"use client";
import { useTheme } from "next-themes";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Cast } from "./cast.ts";
import { CastPlayer } from "./cast-player.ts";
import { wholeTime, withoutIdle } from "./played-time.ts";

export interface PlayerControls {
  /** Milliseconds of the recording. */
  at: number;
  playing: boolean;
  ready: boolean;
  /** Why it cannot be played in this browser. */
  fault: string | undefined;
  seek: (at: number) => void;
  toggle: () => void;
}

/** Plays a cast in `container`. Another speed or theme makes another player, which goes on where the one before stood. */
export function usePlayer(
  container: RefObject<HTMLDivElement | null>,
  cast: Cast | undefined,
  { speed, skipIdle, startAt }: { speed: number; skipIdle: boolean; startAt: number },
): PlayerControls {
  const { resolvedTheme } = useTheme();
  const time = useMemo(
    () => (cast === undefined ? undefined : skipIdle ? withoutIdle(cast.events, cast.lastsMs) : wholeTime(cast.lastsMs)),
    [cast, skipIdle],
  );
  const [player, setPlayer] = useState<CastPlayer>();
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(startAt);
  const [fault, setFault] = useState<string>();
  /** Where the next player begins, and whether it plays. */
  const now = useRef({ at: startAt, playing: false });
  now.current = { at, playing };

  useEffect(() => {
    const element = container.current;
    if (element === null || cast === undefined || time === undefined) return;
    let made: CastPlayer | undefined;
    let over = false;
    const { at: from, playing: goOn } = now.current;
    CastPlayer.open(element, cast, {
      speed,
      time,
      at: Math.min(from, cast.lastsMs),
      onPlaying: (plays) => !over && setPlaying(plays),
    }).then(
      (opened) => {
        made = opened;
        if (over) return opened.dispose();
        setPlayer(opened);
        if (goOn) void opened.play();
        return undefined;
      },
      (error: unknown) => !over && setFault(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      over = true;
      made?.dispose();
      setPlayer(undefined);
      element.replaceChildren();
    };
  }, [container, cast, time, speed, resolvedTheme]);

  useEffect(() => {
    if (player === undefined || !playing) return;
    let frame = requestAnimationFrame(function follow() {
      setAt(player.at);
      frame = requestAnimationFrame(follow);
    });
    return () => cancelAnimationFrame(frame);
  }, [player, playing]);

  const lasts = cast?.lastsMs ?? 0;
  const seek = useCallback(
    (to: number) => {
      const moment = Math.min(Math.max(0, to), lasts);
      setAt(moment);
      void player?.seek(moment);
    },
    [player, lasts],
  );
  const toggle = useCallback(() => {
    if (player === undefined) return;
    if (playing) {
      setPlaying(false);
      void player.pause();
      return;
    }
    // At its end it begins again.
    void (at >= lasts ? player.seek(0) : Promise.resolve()).then(() => player.play());
  }, [player, playing, at, lasts]);
  // An address may name a moment behind the end.
  return { at: Math.min(at, lasts), playing, ready: player !== undefined, fault, seek, toggle };
}
