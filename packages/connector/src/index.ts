export * from "./connector.ts";
export * from "./file-system.ts";
export * from "./host-keys.ts";
export * from "./output-lines.ts";
export * from "./plain-output.ts";
export * from "./row-writer.ts";
export * from "./terminal.ts";
