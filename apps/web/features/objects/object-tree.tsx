"use client";
import type { Connection } from "@interlock/protocol";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { objectKey } from "../yaml/open-objects.ts";
import { ObjectMenu } from "./object-menu.tsx";
import { CLUSTER, kindKey, namespaceKey, NAMESPACES, type TreeRow, treeRows } from "./object-rows.ts";
import { ROW_PX, TreeLine } from "./tree-line.tsx";
import { useRowWindow } from "./use-row-window.ts";

/** What is open in the tree of a connection, for as long as the page lives. */
const opened = new Map<string, ReadonlySet<string>>();
/** Numbers of an open namespace are asked for anew this often, in milliseconds; lists that are open are live. */
const RECOUNT_MS = 15_000;
/** Below this many lines all of them are drawn. */
const FEW = 120;

/** Namespaces, their kinds and the objects of each, as they are now. */
export function ObjectTree({ connection, filter }: { connection: Connection; filter: string }) {
  const session = useSession();
  const [open, setOpen] = useState<ReadonlySet<string>>(() => opened.get(connection.id) ?? new Set());
  const live = useRoom((state) => state.link.phase === "live");
  useFollowing(connection.id, open, live);
  const changes = useStore(session.objects.changes, (n) => n);
  const rows = useMemo(
    () =>
      treeRows({
        kinds: session.objects.kinds(connection.id),
        counts: (namespace) => session.objects.counts(connection.id, namespace),
        scope: (kind, namespace) =>
          session.objects.scope({ connectionId: connection.id, kind, ...(namespace === undefined ? {} : { namespace }) }),
        open,
        filter,
      }),
    // `changes` stands for everything the store holds.
    // oxlint-disable-next-line react/exhaustive-deps
    [session, connection.id, open, filter, changes],
  );
  const toggle = (key: string, to?: boolean) =>
    setOpen((now) => {
      const next = new Set(now);
      if (to ?? !next.has(key)) next.add(key);
      else next.delete(key);
      opened.set(connection.id, next);
      return next;
    });
  return <Lines connection={connection} rows={rows} onToggle={toggle} />;
}

/** Follows what is open, and nothing else. */
function useFollowing(connectionId: string, open: ReadonlySet<string>, live: boolean) {
  const { objects } = useSession();
  const kinds = objects.kinds(connectionId)?.value;
  useEffect(() => objects.watch({ connectionId, kind: NAMESPACES }), [objects, connectionId]);

  // Each list that is open is followed for as long as it is, whatever else is opened or closed.
  const following = useRef(new Map<string, () => void>());
  useEffect(() => {
    const wanted = new Map<string, () => () => void>();
    for (const kind of kinds?.kinds ?? [])
      for (const key of open) {
        const namespace = namespaceOf(key);
        if (namespace === undefined || kind.namespaced === (namespace === CLUSTER)) continue;
        const scope = {
          connectionId,
          kind: kind.key,
          ...(namespace === CLUSTER ? {} : { namespace: namespace.slice("namespace ".length) }),
        };
        const line = kindKey(kind.key, scope.namespace);
        if (open.has(line)) wanted.set(line, () => objects.watch(scope));
      }
    const now = following.current;
    for (const [line, stop] of now)
      if (!wanted.has(line)) {
        stop();
        now.delete(line);
      }
    for (const [line, start] of wanted) if (!now.has(line)) now.set(line, start());
  }, [objects, connectionId, kinds, open]);
  useEffect(() => {
    const now = following.current;
    return () => {
      for (const stop of now.values()) stop();
      now.clear();
    };
  }, [objects, connectionId]);

  useEffect(() => {
    if (!live) return;
    const places = [...open].map(namespaceOf).filter((key) => key !== undefined);
    const count = () => {
      if (document.visibilityState === "hidden") return;
      // Definitions come and go, too; and what could not be asked is asked again.
      void objects.loadKinds(connectionId);
      for (const place of places) void objects.loadCounts(connectionId, place === CLUSTER ? undefined : place.slice("namespace ".length));
    };
    count();
    const timer = setInterval(count, RECOUNT_MS);
    return () => clearInterval(timer);
  }, [objects, connectionId, open, live]);
}

/** Of the line of a namespace, or of what is in none, its key. */
const namespaceOf = (key: string): string | undefined => (key === CLUSTER || key.startsWith(namespaceKey("")) ? key : undefined);

interface LinesProps {
  connection: Connection;
  rows: readonly TreeRow[];
  onToggle: (key: string, to?: boolean) => void;
}

/** One stop of the Tab key, arrow keys inside it (WAI-ARIA, tree view). Of many lines only those in view are in the page. */
function Lines({ connection, rows, onToggle }: LinesProps) {
  const session = useSession();
  const tree = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const [menu, setMenu] = useState<string>();
  /** Whether the keyboard is to go to the active line once it is drawn. */
  const moving = useRef(false);
  const edited = useStore(session.openObjects.edited, (keys) => keys);
  const stop = rows.find(({ key }) => key === active) ?? rows[0];
  const { from, to } = useRowWindow(tree, rows.length, ROW_PX, rows.length <= FEW);
  const stopAt = stop === undefined ? -1 : rows.indexOf(stop);

  useLayoutEffect(() => {
    if (!moving.current) return;
    moving.current = false;
    const line = tree.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]');
    line?.focus();
    line?.scrollIntoView({ block: "nearest" });
  });

  const go = (row: TreeRow | undefined) => {
    if (row === undefined) return;
    moving.current = true;
    setActive(row.key);
  };
  const act = (row: TreeRow) => {
    if (row.type === "object") show(row);
    else if (row.type !== "note") onToggle(row.key);
  };
  const refOf = ({ entry: { name, namespace }, kind }: Extract<TreeRow, { type: "object" }>) => ({
    connectionId: connection.id,
    kind: kind.key,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
  const show = (row: Extract<TreeRow, { type: "object" }>) => session.openObject({ ...refOf(row), kindName: row.kind.kind });
  const press = (event: KeyboardEvent, row: TreeRow) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const at = rows.findIndex(({ key }) => key === row.key);
    const isOpen = "open" in row && row.open;
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      if (row.type !== "object") return;
      setMenu(row.key);
    } else if (event.shiftKey) return;
    else if (event.key === "ArrowDown") go(rows[at + 1]);
    else if (event.key === "ArrowUp") go(rows[at - 1]);
    else if (event.key === "Home") go(rows[0]);
    else if (event.key === "End") go(rows.at(-1));
    else if (event.key === "Enter" || event.key === " ") act(row);
    else if (event.key === "ArrowRight" && "open" in row) {
      if (isOpen) go(rows.slice(at + 1, at + 2).find(({ depth }) => depth > row.depth));
      else onToggle(row.key, true);
    } else if (event.key === "ArrowLeft") {
      if (isOpen) onToggle(row.key, false);
      else go(rows.slice(0, at).findLast(({ depth }) => depth < row.depth));
    } else return;
    event.preventDefault();
  };
  const line = (index: number): ReactNode => {
    const row = rows[index];
    if (row === undefined) return null;
    return (
      <TreeLine
        key={row.key}
        row={row}
        top={index * ROW_PX}
        stop={row === stop}
        edited={row.type === "object" && edited.has(objectKey(refOf(row)))}
        onAct={() => {
          setActive(row.key);
          act(row);
        }}
        onFocus={() => setActive(row.key)}
        onKeyDown={(event) => press(event, row)}
        menu={
          row.type === "object" && (
            <ObjectMenu
              connection={connection}
              row={row}
              open={menu === row.key}
              onOpenChange={(now) => setMenu(now ? row.key : undefined)}
              onShow={() => show(row)}
            />
          )
        }
      />
    );
  };
  return (
    <div ref={tree} role="tree" aria-label={`Objects of ${connection.name}`} className="relative" style={{ height: rows.length * ROW_PX }}>
      {stopAt >= 0 && stopAt < from && line(stopAt)}
      {Array.from({ length: Math.max(0, Math.min(to, rows.length) - from) }, (_, index) => line(from + index))}
      {stopAt >= to && line(stopAt)}
    </div>
  );
}
