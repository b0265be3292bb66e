/** Statements written by hand over one schema: what PostgreSQL's own regression suite is about, in our words. */
export interface Section {
  /** Subject; the word by which its statements are counted. */
  name: string;
  setup: readonly string[];
  statements: readonly string[];
  /** Run by a role that is no superuser and owns nothing; `setup` gives it what it needs (its name is `app_user`). */
  asUser?: boolean;
  /** First server version that knows it, e.g. 180000. */
  since?: number;
}
