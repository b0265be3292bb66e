export { RecordingError, type SealRecord } from "./result-format.ts";
export { createResult, ResultWriter, type LentFrame, type ResultIdentity } from "./result-writer.ts";
export { openResult, ResultReader } from "./result-reader.ts";
export { recoverResult, type Recovered } from "./recover-result.ts";
export { CAST_CODES, type CastCode, type CastEvent, type CastHeader, type CommandMark } from "./terminal/asciicast.ts";
export {
  CHAIN_START,
  CHUNK_MS,
  type CastChunk,
  type CastEnd,
  type CastTail,
  type ChunkStore,
  type TailStore,
} from "./terminal/cast-chunk.ts";
export { unpackContent } from "./terminal/chunk-content.ts";
export { exportV2, exportV3 } from "./terminal/cast-export.ts";
export { CastFault, checkCast, interruptCast, readCast, readChunks, type CastCheck } from "./terminal/cast-reader.ts";
export { searchCast, type CastMatch } from "./terminal/cast-search.ts";
export { CastWriter, type CastWriterOptions, type ShownOutput } from "./terminal/cast-writer.ts";
export { CommandIndex, commandsOf, type RecordedCommand } from "./terminal/command-index.ts";
