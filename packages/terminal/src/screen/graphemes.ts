import { createRequire } from "node:module";
import type * as addon from "@xterm/addon-unicode-graphemes";

/**
 * @xterm/addon-unicode-graphemes 0.4.0. While it loads it reads its table from `Buffer.from(…).buffer`, which is the table only where that Buffer
 * has memory of its own; from the pool that small Buffers share it reads what others wrote there, and loading throws. So there is no pool meanwhile.
 */
function load(): typeof addon {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return createRequire(import.meta.url)("@xterm/addon-unicode-graphemes") as typeof addon;
  } finally {
    Buffer.poolSize = poolSize;
  }
}

export const { UnicodeGraphemesAddon } = load();
