import { ChevronRight, Database } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";

interface BranchProps {
  depth: 1 | 2;
  label: string;
  icon?: ReactNode;
  mark?: ReactNode;
  startsOpen?: boolean;
  /** What a click on the name does; without it the name opens the branch, as the arrow does. */
  onPick?: () => void;
  children: ReactNode;
}

/** The line above that a line of the tree belongs to. */
export const parentItem = (item: HTMLElement) =>
  item.closest('[role="group"]')?.parentElement?.querySelector<HTMLElement>(':scope > [role="treeitem"]');

/** A line that opens. Its children are not drawn until it does. */
export function Branch({ depth, label, icon, mark, startsOpen = false, onPick, children }: BranchProps) {
  const [open, setOpen] = useState(startsOpen);
  const toggle = () => setOpen(!open);
  const leaf = children === false;
  const act = onPick ?? toggle;
  const press = (event: KeyboardEvent<HTMLElement>) => {
    switch (event.key) {
      case "Enter":
      case " ":
        act();
        break;
      case "ArrowRight":
        if (leaf) return;
        if (open) event.currentTarget.parentElement?.querySelector<HTMLElement>(':scope > [role="group"] [role="treeitem"]')?.focus();
        else setOpen(true);
        break;
      case "ArrowLeft":
        if (open && !leaf) setOpen(false);
        else parentItem(event.currentTarget)?.focus();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <li role="none">
      <div
        role="treeitem"
        aria-level={depth}
        aria-expanded={leaf ? undefined : open}
        aria-selected={false}
        tabIndex={-1}
        onClick={act}
        onKeyDown={press}
        className={cn(
          "flex cursor-pointer items-center gap-1.5 py-[3px] pr-3.5 text-dim hover:bg-hover hover:text-fg focus-visible:-outline-offset-2",
          depth === 1 ? "pl-6" : "pl-9",
        )}
      >
        {/* For the mouse: the line itself inserts the name. The keyboard opens with the right arrow. */}
        <span
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            if (!leaf) toggle();
          }}
          className={cn("shrink-0 py-1", leaf && "invisible")}
        >
          <ChevronRight className={cn("size-3 transition-transform", open && "rotate-90")} />
        </span>
        {icon ?? <Database aria-hidden="true" className="size-3 shrink-0 text-faint" />}
        <span className="truncate">{label}</span>
        {mark}
      </div>
      {open && children}
    </li>
  );
}
