export * from "./connector.ts";
export * from "./terminal.ts";
