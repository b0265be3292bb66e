import type { Fields, KubeObject } from "../object.ts";

/** What is started in a container. */
export interface ProgramStart {
  argv: readonly string[];
  tty: boolean;
  stdin: boolean;
  pod: KubeObject;
  /** Its part of the pod's spec. */
  container: Fields;
}

/** A program that runs, in a container of the simulated cluster. */
export interface RunningProgram {
  /** One listener; what came before is told to it. */
  onOutput(listener: (stream: 1 | 2, bytes: Uint8Array) => void): void;
  input(bytes: Uint8Array): void;
  endInput(): void;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** As a runtime does it when the container goes. */
  kill(): void;
  /** Its exit code, after the last output was told; 128 and the number of a signal that ended it. */
  readonly ended: Promise<number>;
}

/** What stands behind the containers of a simulated cluster. */
export interface Programs {
  /** `missing`: the container's image has no such program. */
  start(start: ProgramStart): RunningProgram | "missing";
}

/** Where nothing stands behind them. */
export const NO_PROGRAMS: Programs = { start: () => "missing" };
