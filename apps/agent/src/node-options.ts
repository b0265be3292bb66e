/**
 * What the agent's Node is started with. What a terminal shows goes through memory outside the heap that only a collection of young objects gives
 * back. With the default of 64 MiB for those, V8 comes to collecting everything, some 60 MB of it, several times a second of a flood.
 */
export const AGENT_NODE_OPTIONS: readonly string[] = ["--max-semi-space-size=4"];
