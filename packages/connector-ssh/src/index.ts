export { fingerprintOf } from "./host-key.ts";
export { readSshSecret, type Auth, type Hop, type SshSecret } from "./secret.ts";
export { ssh } from "./ssh.ts";
