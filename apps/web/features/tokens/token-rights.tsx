import type { AskedToken, Impact } from "@interlock/protocol";
import { KeyRound, TriangleAlert } from "lucide-react";
import { accountText, lifetime } from "./token-words.ts";

/** The tokens that a text asks for. */
export const tokensOf = ({ statements }: Pick<Impact, "statements">): AskedToken[] => statements.flatMap(({ token }) => token ?? []);

/** What whoever holds a token may do with it, for how long, and how it ends. */
export function TokenRights({ token }: { token: AskedToken }) {
  const { account, seconds, usual, audiences, boundTo, rights, more, unread } = token;
  return (
    <div className="flex flex-col gap-1.5 text-xs" data-testid="token-rights">
      <p className="flex items-baseline gap-1.5">
        <KeyRound aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5 text-privilege-text" />
        <span className="min-w-0 text-dim wrap-anywhere">
          Whoever holds it works as ServiceAccount <code className="text-fg">{accountText(account)}</code>
          {audiences.length > 0 && (
            <>
              , for <code className="text-fg">{audiences.join(", ")}</code>
            </>
          )}
          , for <strong className="font-semibold text-fg">{lifetime(seconds)}</strong>
          {usual === true && " (nobody said how long; this is the server’s own)"}. The server may give it another time, and says which.
          {boundTo !== undefined && ` It ends with ${boundTo.kind} ${boundTo.name}, too.`}
        </span>
      </p>
      {rights.length > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 rounded-md border border-line bg-bg px-2.5 py-2 @max-xs:grid-cols-1">
          {rights.map(({ where, may }) => (
            <div key={where} className="contents">
              <dt className="text-faint wrap-anywhere">{where}</dt>
              <dd className="min-w-0">
                <ul className="flex flex-col gap-0.5">
                  {may.map((what) => (
                    <li key={what} className="font-mono wrap-anywhere">
                      {what}
                    </li>
                  ))}
                </ul>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {more !== undefined && <p className="text-dim">and {more} more</p>}
      {rights.length === 0 && unread.length === 0 && (
        <p className="text-dim">By its roles it may do nothing there but learn what the API is.</p>
      )}
      {unread.map((why) => (
        <p key={why} className="flex items-baseline gap-1.5 text-delete-text">
          <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" /> {why}; it may do more
        </p>
      ))}
      <p className="text-faint">By roles (RBAC). What a webhook or the cloud lets it do beside them is not seen here.</p>
    </div>
  );
}
