/** Where to go after signing in: a path of this site, else the rooms. `//host` and `/\host` are other sites to a browser. */
export function localPath(next: unknown): string {
  if (typeof next !== "string" || !/^\/(?![/\\])/u.test(next) || /\p{Cc}/u.test(next)) return "/rooms";
  return next.startsWith("/sign-in") ? "/rooms" : next;
}
