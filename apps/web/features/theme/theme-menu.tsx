"use client";
import { useTheme } from "next-themes";
import { DropdownMenuLabel, DropdownMenuRadioGroup, DropdownMenuRadioItem } from "../../components/ui/dropdown-menu.tsx";
import { THEMES } from "./themes.ts";

/** The themes as choices inside a menu. */
export function ThemeMenu() {
  const { theme = "dark", setTheme } = useTheme();
  return (
    <>
      <DropdownMenuLabel>Theme</DropdownMenuLabel>
      <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
        {THEMES.map(({ id, title, icon: Icon }) => (
          <DropdownMenuRadioItem key={id} value={id}>
            <Icon aria-hidden="true" />
            {title}
          </DropdownMenuRadioItem>
        ))}
      </DropdownMenuRadioGroup>
    </>
  );
}
