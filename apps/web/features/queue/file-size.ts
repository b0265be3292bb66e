/** Bytes for people: `812 B`, `1.2 KB`, `64 KB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const thousands = bytes / 1_000;
  if (thousands < 999.5) return `${thousands < 9.95 ? thousands.toFixed(1) : Math.round(thousands)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
