import type { Target } from "@interlock/connector";
import type { Connection } from "@interlock/protocol";

export declare class ConnectionRegistry {
  constructor(parts: unknown);
  list(): Promise<Connection[]>;
  byName(name: string): Promise<Connection | undefined>;
  target(connectionId: string): Promise<Target>;
  create(input: { name: string; connector: string; environment: "prod" | "staging" | "dev"; labels: Record<string, string>; secret: unknown }): Promise<Connection>;
  watch(): void;
  stop(): Promise<void>;
}
