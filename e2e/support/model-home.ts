import { createService, MODEL_HOME } from "./service.ts";

/** Seeds the demo once; every file of tests begins with a copy of what that left. */
export default async function prepareModelHome(): Promise<() => Promise<void>> {
  const service = await createService({ fresh: true });
  await service.stop();
  process.env[MODEL_HOME] = service.home;
  return () => service.dispose();
}
