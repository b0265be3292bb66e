export { local } from "./local.ts";
export type { LocalSecret } from "./secret.ts";
