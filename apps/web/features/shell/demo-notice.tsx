/** Says that this is a demo; `demo` false renders nothing. */
export function DemoNotice({ demo }: { demo: boolean }) {
  if (!demo) return null;
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className="size-1.5 rounded-full bg-modify forced-color-adjust-none" />
      Demo mode: listens on this machine only
    </span>
  );
}
