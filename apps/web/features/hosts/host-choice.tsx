"use client";
import { type Connection, type HostOrder, LIMITS, type Verdict } from "@interlock/protocol";
import { useId } from "react";
import { Badge, EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { labelsInCommon } from "./host-labels.ts";
import { useHostVerdicts } from "./use-host-verdicts.ts";

export interface ChosenHosts {
  /** Ids of connections beside its own. */
  hosts: string[];
  order: HostOrder;
}

export const NO_HOSTS: ChosenHosts = { hosts: [], order: { onFailure: "stop", atOnce: 1 } };

interface HostChoiceProps {
  own: Connection;
  others: readonly Connection[];
  text: string;
  chosen: ChosenHosts;
  onChoose: (chosen: ChosenHosts) => void;
}

const WORDS = { allow: "runs at once", review: "needs agreement", deny: "denied" } as const;
const TONES = { allow: "good", review: "warn", deny: "bad" } as const;

/** Where a script is to run besides its own host: one by one, or all that have a label. */
export function HostChoice({ own, others, text, chosen, onChoose }: HostChoiceProps) {
  const id = useId();
  const verdicts = useHostVerdicts(text, [own.id, ...chosen.hosts]);
  const choose = (hosts: readonly string[]) =>
    onChoose({
      ...chosen,
      hosts: others
        .filter((one) => hosts.includes(one.id))
        .map((one) => one.id)
        .slice(0, LIMITS.commandHosts - 1),
    });
  const labels = labelsInCommon(own, others);
  const { order } = chosen;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-xs font-medium text-dim">Hosts it runs on</legend>
      {labels.length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {labels.map(({ words, ids }) => {
            const all = ids.every((one) => chosen.hosts.includes(one));
            return (
              <Button
                key={words}
                size="sm"
                aria-pressed={all}
                onClick={() => choose(all ? chosen.hosts.filter((one) => !ids.includes(one)) : [...chosen.hosts, ...ids])}
              >
                {words} <span className="text-faint tabular-nums">+{ids.length}</span>
              </Button>
            );
          })}
        </div>
      )}
      <ul className="max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line text-xs">
        <HostOption connection={own} verdict={verdicts.get(own.id)} checked disabled onChange={() => {}} />
        {others.map((connection) => (
          <HostOption
            key={connection.id}
            connection={connection}
            verdict={verdicts.get(connection.id)}
            checked={chosen.hosts.includes(connection.id)}
            onChange={(on) => choose(on ? [...chosen.hosts, connection.id] : chosen.hosts.filter((one) => one !== connection.id))}
          />
        ))}
      </ul>
      {chosen.hosts.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-xs text-dim">
          <label className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={order.onFailure === "stop"}
              onChange={(event) => onChoose({ ...chosen, order: { ...order, onFailure: event.target.checked ? "stop" : "carry_on" } })}
            />
            Stop at the first that fails
          </label>
          <label htmlFor={`${id}-at-once`} className="flex items-center gap-1.5">
            At a time
            <select
              id={`${id}-at-once`}
              value={order.atOnce}
              onChange={(event) => onChoose({ ...chosen, order: { ...order, atOnce: Number(event.target.value) } })}
              className="rounded-md border border-line-strong bg-bg px-1.5 py-0.5 text-fg"
            >
              {[1, 2, 4, 8, 16].map((many) => (
                <option key={many}>{many}</option>
              ))}
            </select>
          </label>
        </div>
      )}
    </fieldset>
  );
}

interface HostOptionProps {
  connection: Connection;
  verdict: Verdict["decision"] | undefined;
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

function HostOption({ connection, verdict, checked, disabled = false, onChange }: HostOptionProps) {
  const labels = Object.entries(connection.labels).map(([name, value]) => `${name}=${value}`);
  return (
    <li>
      <label className="flex min-w-0 items-center gap-2 px-2 py-1.5 hover:bg-hover">
        <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
        <span className="min-w-0 truncate font-medium">{connection.name}</span>
        <EnvironmentBadge environment={connection.environment} size="sm" />
        <span className="min-w-0 truncate text-faint">{labels.join(" ")}</span>
        <span className="ml-auto flex shrink-0 gap-1">
          {connection.status === "down" && <Badge tone="bad">does not answer</Badge>}
          {checked && verdict && <Badge tone={TONES[verdict]}>{WORDS[verdict]}</Badge>}
        </span>
      </label>
    </li>
  );
}
