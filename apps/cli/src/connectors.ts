import type { Connector } from "@interlock/connector";
import { kubernetes } from "@interlock/connector-kubernetes";
import { local } from "@interlock/connector-local";
import { postgres } from "@interlock/connector-postgres";
import { ssh } from "@interlock/connector-ssh";

/** Every protocol this version speaks; the agent's list says the same. */
export const CONNECTORS: readonly Connector[] = [postgres as Connector, kubernetes as Connector, ssh as Connector, local as Connector];
