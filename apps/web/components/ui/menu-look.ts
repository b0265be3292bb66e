/** How menus look, whether a button opens them or a right click. */
export const MENU =
  "z-50 min-w-48 overflow-y-auto rounded-lg border border-line bg-panel p-1 shadow-float data-[state=open]:animate-in data-[state=open]:fade-in-0 duration-100";

export const MENU_ITEM =
  "flex cursor-pointer select-none items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none data-highlighted:bg-hover data-disabled:cursor-not-allowed data-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-dim";

export const MENU_LABEL = "px-2 pt-1.5 pb-1 text-2xs font-semibold tracking-wider text-faint uppercase";

export const MENU_SEPARATOR = "-mx-1 my-1 h-px bg-line";
