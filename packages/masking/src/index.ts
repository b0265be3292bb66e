export { DETECTORS, findSpans, mayHold, readDetectors, type Detector } from "./detectors.ts";
export { createMasker, isMasked, type MaskColumn, type Masker, type MaskMode, type MaskRules } from "./masker.ts";
export { maskText, maskWords } from "./mask-text.ts";
export type { Span } from "./span.ts";
