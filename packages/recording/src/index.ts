export { RecordingError, type SealRecord } from "./result-format.ts";
export { createResult, ResultWriter, type LentFrame, type ResultIdentity } from "./result-writer.ts";
export { openResult, ResultReader } from "./result-reader.ts";
export { recoverResult, type Recovered } from "./recover-result.ts";
