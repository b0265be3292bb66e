import { TargetError, type OpenOptions, type Resolution, type Target } from "@interlock/connector";
import { execute } from "./execute.ts";
import { openFileSystem } from "./file-system.ts";
import { fingerprintOf, pinnedKeys } from "./host-key.ts";
import { impactOf } from "./impact.ts";
import { openLink, type LinkOptions } from "./link.ts";
import { interpreterOf } from "./script.ts";
import { hopsOf, placeOf, type SshSecret } from "./secret.ts";
import { openTerminal } from "./terminal.ts";

/** A host. Each terminal and each script has a connection of its own; looking at files shares one. */
export function openTarget({ secret, host, hostKeys }: OpenOptions<SshSecret>): Target {
  const options: LinkOptions = { secret, host, hostKeys };
  const files = openFileSystem(options, () => resolution(""));
  const open = new Set<{ kill(): Promise<unknown> }>();

  const resolution = async (text: string): Promise<Resolution> => {
    const targets = await Promise.all(
      hopsOf(secret).map(async (hop, index) => {
        const keys = (await pinnedKeys(hop, hostKeys)).map(({ key }) => fingerprintOf(Buffer.from(key, "base64")));
        return `${index}:${placeOf(hop)}=${[...new Set(keys)].toSorted().join(",")}`;
      }),
    );
    return { database: "", role: secret.user, targets, settings: { interpreter: interpreterOf(text, secret.shell).join(" ") } };
  };

  return {
    fileSystem: files,
    async ping(signal) {
      const link = await openLink(options, signal);
      link.close();
    },
    async impact(text) {
      const started = performance.now();
      return impactOf(text, secret, await pinnedKeys(secret, hostKeys), started);
    },
    async resolve(text, signal) {
      if (signal.aborted) throw new TargetError("cancelled", "It was cancelled.");
      return resolution(text);
    },
    async schema() {
      return { schemas: [] };
    },
    async execute(request, sink, signal) {
      return execute(options, await resolution(request.text), request, sink, signal);
    },
    async terminal(request, signal) {
      const terminal = await openTerminal(options, request, signal);
      open.add(terminal);
      void terminal.ended.then(() => open.delete(terminal));
      return terminal;
    },
    async close() {
      files.close();
      await Promise.all([...open].map((terminal) => terminal.kill()));
    },
  };
}
