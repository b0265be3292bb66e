import type { ReactNode } from "react";
import { ShellProvider } from "../../features/shell/shell-context.tsx";
import { config } from "../../server/config.ts";
import { requireSession } from "../../server/current-session.ts";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const { principal } = await requireSession();
  return (
    <ShellProvider principal={principal} demo={config().demo}>
      {children}
    </ShellProvider>
  );
}
