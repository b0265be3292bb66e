/**
 * What the agent's Node is started with. What a terminal shows goes through memory outside the heap that only a collection of young objects gives
 * back: with the default of 64 MiB for those it is given back late. V8 counts that memory when it asks whether all objects are to be collected, and
 * by itself does so after 12 MB more than the last time, in a flood five times a second: half of the agent's processor time. Now it does so at
 * twice what was left the last time.
 */
export const AGENT_NODE_OPTIONS: readonly string[] = ["--max-semi-space-size=4", "--heap-growing-percent=100"];
