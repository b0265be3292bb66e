export { analyzeShell } from "./analyze.ts";
export type {
  ObjectKind,
  Reason,
  Risk,
  RiskCode,
  ShellAnalysis,
  ShellDiagnostic,
  ShellLine,
  ShellObject,
  ShellOptions,
  Span,
} from "./line.ts";
