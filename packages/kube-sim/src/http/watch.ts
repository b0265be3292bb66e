import type { ServerResponse } from "node:http";
import { expired } from "../api-error.ts";
import type { KubeObject } from "../object.ts";
import type { Change, Store } from "../store/store.ts";

/** What one watch is about. */
export interface Watch {
  storage: string;
  namespace: string | undefined;
  /** Whether an object is one of those that are watched. */
  matches: (object: KubeObject) => boolean;
  /** The object, or a table row of it, as the client wants it. */
  show: (object: KubeObject, first: boolean) => unknown;
  /** Only a version; in the form of the resource, without any other field. */
  bookmark: (version: string, initialEnd: boolean) => unknown;
  /** Where to begin: empty or `0` for everything there is. */
  resourceVersion: string;
  bookmarks: boolean;
  sendInitialEvents: boolean;
  timeoutSeconds: number | undefined;
}

/** Between bookmarks, in milliseconds; the server sends about one a minute. */
const BOOKMARK_EVERY = 60_000;

/** Streams changes, one JSON document a line, until the client goes, its time is over, or the returned function is called. */
export function serveWatch(store: Store, watch: Watch, response: ServerResponse): () => void {
  // Headers go out at once: a client of a silent watch would otherwise wait for them past its own time-out.
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
  let first = true;
  const send = (type: string, object: unknown): void => {
    if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const tell = (type: string, object: KubeObject): void => {
    send(type, watch.show(object, first));
    first = false;
  };
  const concerns = (change: Change): boolean =>
    change.storage === watch.storage && (watch.namespace === undefined || (change.object.metadata.namespace ?? "") === watch.namespace);
  const forward = (change: Change): void => {
    if (!concerns(change)) return;
    const was = change.previous !== undefined && watch.matches(change.previous);
    const is = change.type !== "DELETED" && watch.matches(change.object);
    if (is) tell(was ? "MODIFIED" : "ADDED", change.object);
    else if (was) tell("DELETED", change.type === "DELETED" ? change.object : withVersion(change.previous!, change.version));
  };
  const start = watch.resourceVersion;
  const all = start === "" || start === "0" || watch.sendInitialEvents;
  let past: Change[] = [];
  if (all) {
    for (const object of store.list(watch.storage, watch.namespace)) if (watch.matches(object)) tell("ADDED", object);
    if (watch.sendInitialEvents && watch.bookmarks) send("BOOKMARK", watch.bookmark(String(store.version), true));
  } else {
    const since = store.since(Number(start));
    if (since === undefined) {
      send("ERROR", expired(`too old resource version: ${start} (${store.version})`).toStatus());
      response.end();
      return () => {};
    }
    past = since;
  }
  past.forEach(forward);
  const unsubscribe = store.onChange(forward);
  const bookmark = (): void => send("BOOKMARK", watch.bookmark(String(store.version), false));
  const ticking = watch.bookmarks ? setInterval(bookmark, BOOKMARK_EVERY) : undefined;
  const stop = (): void => {
    unsubscribe();
    clearInterval(ticking);
    clearTimeout(ending);
    if (!response.writableEnded) response.end();
  };
  const ending =
    watch.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          if (watch.bookmarks) bookmark();
          stop();
        }, watch.timeoutSeconds * 1000);
  ticking?.unref();
  ending?.unref();
  response.on("close", stop);
  return stop;
}

const withVersion = (object: KubeObject, version: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(version) },
});
