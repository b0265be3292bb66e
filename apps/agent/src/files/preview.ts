import { maskRules, type Policy } from "@interlock/policy";
import { LIMITS, type FilePreview } from "@interlock/protocol";
import { maskedLines } from "../objects/masked-lines.ts";

/** Characters that are not shown of a text that is cut: longer than whatever a detector finds, so that nothing shows because its end was cut off. */
const CUT = 320;

/** The beginning of what `bytes` has, as people see it: text in UTF-8, masked (I7), or nothing of it where it is none. */
export async function previewOf(
  bytes: AsyncIterable<Uint8Array>,
  policy: Policy,
): Promise<Pick<FilePreview, "text" | "truncated" | "masked">> {
  const { beginning, truncated } = await beginningOf(bytes);
  const text = textOf(beginning, truncated);
  if (text === undefined) return { truncated, masked: false };
  // Masked whole before it is cut.
  const masked = maskedLines(text, maskRules(policy).detectors);
  return { text: truncated ? masked.slice(0, Math.max(0, masked.length - CUT)) : masked, truncated, masked: masked !== text };
}

async function beginningOf(bytes: AsyncIterable<Uint8Array>): Promise<{ beginning: Buffer; truncated: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let truncated = false;
  for await (const piece of bytes) {
    if (length + piece.byteLength > LIMITS.filePreviewBytes) {
      pieces.push(piece.subarray(0, LIMITS.filePreviewBytes - length));
      truncated = true;
      break;
    }
    pieces.push(piece);
    length += piece.byteLength;
  }
  return { beginning: Buffer.concat(pieces), truncated };
}

/** Undefined for what is no text: a zero byte, or bytes that are not UTF-8. A character that the cut splits is left out. */
function textOf(bytes: Buffer, truncated: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: truncated });
  } catch {
    return undefined;
  }
}
