"use client";
import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

/** Once, at the end of the page (app/layout.tsx has it). Say something with `import { toast } from "sonner"`. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "light" ? "light" : "dark"}
      position="bottom-right"
      offset={36}
      gap={8}
      toastOptions={{
        classNames: {
          toast: "!rounded-lg !border-line !bg-raise !text-fg !text-sm !shadow-float !font-sans",
          description: "!text-dim !text-xs",
          actionButton: "!bg-accent !text-accent-on",
          cancelButton: "!border !border-solid !border-line !bg-raise !text-fg",
          error: "!border-delete-line [&_[data-icon]]:!text-delete-text",
          success: "!border-read-line [&_[data-icon]]:!text-read-text",
          warning: "!border-modify-line [&_[data-icon]]:!text-modify-text",
        },
      }}
    />
  );
}
