import { LogIn } from "lucide-react";
import { Button } from "./ui/button.tsx";
import { StatusMessage } from "./ui/status-message.tsx";

/** The session has ended while a page was open; signing in leads back to it. `next`: its path. */
export function SignedOut({ next }: { next: string }) {
  return (
    <StatusMessage
      icon={LogIn}
      tone="warn"
      title="You have been signed out"
      actions={
        <Button variant="primary" size="lg" asChild>
          <a href={`/sign-in?next=${encodeURIComponent(next)}`}>Sign in</a>
        </Button>
      }
    >
      Your session has ended: after twelve hours, by signing out elsewhere, or because the account was locked.
    </StatusMessage>
  );
}
