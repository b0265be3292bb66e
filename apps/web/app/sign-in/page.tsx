import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInPage } from "../../features/sign-in/sign-in-page.tsx";
import { localPath } from "../../features/sign-in/local-path.ts";
import { config } from "../../server/config.ts";
import { currentSession } from "../../server/current-session.ts";
import { demoAccounts } from "../../server/demo-accounts.ts";

export const metadata: Metadata = { title: "Sign in" };

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props) {
  const { next, error } = await searchParams;
  const target = localPath(next);
  if (await currentSession()) redirect(target);
  const { demo } = config();
  return (
    <SignInPage
      target={target}
      demo={demo}
      accounts={demo ? await demoAccounts() : []}
      {...(typeof error === "string" ? { initialError: error } : {})}
    />
  );
}
