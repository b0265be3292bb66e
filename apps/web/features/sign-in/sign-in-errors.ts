import { ERRORS, ErrorCode } from "@interlock/protocol";

/** What people read when signing in fails. Only what needs other words than ERRORS has. */
const WORDS: Partial<Record<ErrorCode, { title: string; next: string }>> = {
  too_many_requests: { title: "Too many failed tries", next: "Wait a minute, then try again." },
  forbidden: { title: "This account is locked", next: "Ask an administrator to unlock it." },
  internal: { title: "Signing in does not work right now", next: "Interlock or its database does not answer. Try again in a moment." },
};

/** `code` is from the service or the address bar, so it can be anything. */
export function signInError(code: string): { title: string; next: string } {
  const known = ErrorCode.safeParse(code).data ?? "internal";
  return WORDS[known] ?? ERRORS[known];
}
