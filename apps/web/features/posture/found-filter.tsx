import { Search } from "lucide-react";
import { Input } from "../../components/ui/input.tsx";

interface FoundFilterProps<F extends { text: string; system: boolean }> {
  filter: F;
  onFilter: (filter: F) => void;
  label: string;
  placeholder: string;
  /** How many are of Kubernetes itself. */
  system: number;
  /** What is shown now, in words. */
  shown: string;
}

/** Above a list of what was found in a cluster: words to look for, and whether Kubernetes' own is shown as well. */
export function FoundFilter<F extends { text: string; system: boolean }>(props: FoundFilterProps<F>) {
  const { filter, onFilter, label, placeholder, system, shown } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="relative w-72 max-sm:w-full">
        <Search aria-hidden="true" className="absolute top-2 left-2.5 size-3.5 text-faint" />
        <Input
          type="search"
          aria-label={label}
          placeholder={placeholder}
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          className="h-7.5 pl-8"
        />
      </div>
      {system > 0 && (
        <label
          className="inline-flex cursor-pointer items-center gap-2 text-xs text-dim"
          title="System users, controllers and add-ons: most of it is meant to be so."
        >
          <input
            type="checkbox"
            checked={filter.system}
            onChange={(event) => onFilter({ ...filter, system: event.target.checked })}
            className="size-3.5 accent-accent"
          />
          Also {system.toLocaleString("en")} of Kubernetes itself
        </label>
      )}
      <output className="ml-auto text-xs text-dim">{shown}</output>
    </div>
  );
}
