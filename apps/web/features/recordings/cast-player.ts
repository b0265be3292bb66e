import type { Player } from "asciinema-player";
import "asciinema-player/dist/bundle/asciinema-player.css";
import type { Cast } from "./cast.ts";
import { secondsOf, type PlayedTime } from "./played-time.ts";
import "./recordings.css";

export interface PlayerOptions {
  speed: number;
  time: PlayedTime;
  /** Where it stands at first, in milliseconds of the recording. */
  at: number;
  onPlaying: (playing: boolean) => void;
}

/** A cast on a screen. All times are milliseconds of the recording, whatever of it is skipped. */
export class CastPlayer {
  readonly #player: Player;
  readonly #time: PlayedTime;

  private constructor(player: Player, { time, onPlaying }: PlayerOptions) {
    this.#player = player;
    this.#time = time;
    player.addEventListener("playing", () => onPlaying(true));
    player.addEventListener("pause", () => onPlaying(false));
    player.addEventListener("ended", () => onPlaying(false));
  }

  /** The player, with its terminal in WebAssembly, is loaded when the first recording is watched. */
  static async open(container: HTMLElement, cast: Cast, options: PlayerOptions): Promise<CastPlayer> {
    const { create } = await import("asciinema-player");
    const { time, speed, at } = options;
    const player = create(
      {
        data: () => ({}),
        parser: () => ({
          cols: cast.columns,
          rows: cast.rows,
          // Its end is later than its last output.
          events: [...cast.events, [cast.lastsMs, "o", ""] as const].map(([when, code, data]) => [time.toPlayed(when), code, data]),
        }),
      },
      container,
      {
        controls: false,
        fit: "both",
        speed,
        preload: true,
        theme: "interlock",
        terminalFontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
        cursorMode: "steady",
      },
    );
    const opened = new CastPlayer(player, options);
    await opened.seek(at);
    return opened;
  }

  get at(): number {
    return this.#time.toRecorded(Math.min(this.#player.getCurrentTime() * 1000, this.#time.lastsMs));
  }

  async seek(at: number): Promise<void> {
    await this.#player.seek(secondsOf(this.#time.toPlayed(at)));
  }

  async play(): Promise<void> {
    await this.#player.play();
  }

  async pause(): Promise<void> {
    await this.#player.pause();
  }

  dispose(): void {
    this.#player.dispose();
  }
}
