export { CLOCK, type Clock } from "./clock.ts";
export { OutputFilter, type DroppedOutput, type FilterOptions, type FilterSink } from "./filter/output-filter.ts";
export type { ShellMark, TerminalNote } from "./filter/operating-command.ts";
export { MaskedStream, type MaskOptions, type MaskSink } from "./mask/masked-stream.ts";
export { FLOW_LIMITS, FlowControl, type FlowAction, type FlowLimits } from "./stream/flow-control.ts";
export { RING_BYTES, StreamRing, type Since, type StreamEvent } from "./stream/stream-ring.ts";
export { FRAME_SCHEDULE, type FrameSchedule, type KeyFrame, type ScreenSize } from "./screen/key-frame.ts";
export { KeyFrames, type KeyFramesOptions } from "./screen/key-frames.ts";
export { SCROLLBACK_LINES } from "./screen/screen.ts";
