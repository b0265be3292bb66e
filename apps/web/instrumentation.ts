import { config } from "./server/config.ts";

/** Runs once when the server starts. What is missing in the environment must end it now, not fail every page later. */
export function register(): void {
  try {
    config();
  } catch (error) {
    console.error(`The web app cannot start: ${(error as Error).message}`);
    // Through globalThis: Next also compiles this file for a runtime without `process`, where it is never run, and warns of the name.
    globalThis.process.exit(1);
  }
}
