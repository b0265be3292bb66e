import type { Principal } from "@interlock/protocol";
import { Avatar } from "../../components/ui/avatar.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";

/** What each of the demo's accounts is good for; their names are fixed. */
const PURPOSE: Record<string, string> = {
  oncall: "Writes the command at 03:00.",
  responder: "Types along, and becomes an author by it.",
  reviewer: "Approves or rejects what others wrote.",
  reviewer2: "The second reviewer, where two must agree.",
  admin: "Administers; that alone approves nothing.",
  observer: "Watches everything, changes nothing.",
};

interface DemoAccountCardProps {
  account: Principal;
  pending: boolean;
  disabled: boolean;
  onTake: () => void;
}

/** One account as one button: who, what for, in which groups. */
export function DemoAccountCard({ account, pending, disabled, onTake }: DemoAccountCardProps) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onTake}
      className="flex w-full items-start gap-3 rounded-lg border border-line bg-raise p-3 text-left transition-colors hover:border-line-strong hover:bg-hover disabled:cursor-progress"
    >
      {pending ? (
        <span className="grid size-9 shrink-0 place-items-center">
          <Spinner className="size-5" label={`Signing in as ${account.displayName}`} />
        </span>
      ) : (
        <Avatar person={{ ...account, displayName: account.name }} size="lg" />
      )}
      <span className="min-w-0">
        <span className="block truncate">
          <span className="font-semibold">{account.name}</span> <span className="text-xs text-dim">{account.displayName}</span>
        </span>
        <span className="block text-xs text-pretty text-dim">{PURPOSE[account.name] ?? account.name}</span>
        <span className="mt-1.5 flex flex-wrap gap-x-2 text-2xs text-faint">
          {account.groups.length === 0 && "no group"}
          {account.groups.map((group) => (
            <span key={group}>{group}</span>
          ))}
        </span>
      </span>
    </button>
  );
}
