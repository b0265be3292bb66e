"use client";
import type { Principal } from "@interlock/protocol";
import { Logo } from "../shell/logo.tsx";
import { DemoNotice } from "../shell/demo-notice.tsx";
import { DemoAccountCard } from "./demo-account-card.tsx";
import { SignInError } from "./sign-in-error.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { useSignIn } from "./use-sign-in.ts";

export interface SignInPageProps {
  /** Path to go to afterwards. */
  target: string;
  demo: boolean;
  /** Accounts one can take with a click; empty outside demo mode. */
  accounts: readonly Principal[];
  initialError?: string;
}

export function SignInPage({ target, demo, accounts, initialError }: SignInPageProps) {
  const { pending, error, submit } = useSignIn(target, initialError);
  const cards = accounts.length > 0;
  return (
    <div className="flex min-h-dvh flex-col">
      <main className="flex flex-1 items-center justify-center px-5 py-10">
        <div className={cards ? "w-full max-w-3xl" : "w-full max-w-sm"}>
          <div className="mb-7">
            <Logo className="text-lg" />
            <p className="mt-1.5 text-base text-dim">See what a command will do before it runs, together.</p>
          </div>
          <div
            className={
              cards
                ? "grid overflow-hidden rounded-xl border border-line bg-panel md:grid-cols-[1fr_17.5rem]"
                : "rounded-xl border border-line bg-panel"
            }
          >
            {cards && (
              <section aria-labelledby="demo-heading" className="border-line p-5 max-md:border-b md:border-r">
                <h1 id="demo-heading" className="text-base font-semibold">
                  Take a demo account
                </h1>
                <p className="mt-0.5 mb-4 text-dim">Use two browsers to be two people.</p>
                {error?.method === "demo" && (
                  <div className="mb-3">
                    <SignInError id="demo-error" code={error.code} />
                  </div>
                )}
                <ul className="grid gap-2 sm:grid-cols-2">
                  {accounts.map((account) => (
                    <li key={account.id} className="flex">
                      <DemoAccountCard
                        account={account}
                        pending={pending === account.name}
                        disabled={pending !== undefined}
                        onTake={() => void submit({ method: "demo", name: account.name })}
                      />
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <section aria-labelledby="form-heading" className="p-5">
              {cards ? (
                <h2 id="form-heading" className="mb-4 text-base font-semibold">
                  Or sign in
                </h2>
              ) : (
                <h1 id="form-heading" className="mb-4 text-base font-semibold">
                  Sign in
                </h1>
              )}
              <SignInForm
                pending={pending !== undefined}
                error={error?.method === "password" ? error.code : undefined}
                onSubmit={(name, password) => void submit({ method: "password", name, password })}
              />
            </section>
          </div>
        </div>
      </main>
      {demo && (
        <footer className="flex h-7 items-center border-t border-line bg-panel px-3.5 text-2xs text-dim">
          <DemoNotice demo={demo} />
        </footer>
      )}
    </div>
  );
}
