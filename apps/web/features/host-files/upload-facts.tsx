import type { Upload } from "@interlock/protocol";
import { bytesInWords, count } from "../impact/figures.ts";
import { modeWords, timeWords, visibleName } from "./visible-name.ts";

/** Where a file goes, which bytes it has, and what it takes the place of. */
export function UploadFacts({ upload: { path, bytes, sha256, replaces } }: { upload: Upload }) {
  return (
    <dl className="grid grid-cols-[5rem_1fr] gap-x-2 gap-y-1 rounded-md border border-line bg-bg px-2.5 py-2 text-xs">
      <dt className="text-faint">place</dt>
      <dd className="font-mono wrap-anywhere">{visibleName(path)}</dd>
      <dt className="text-faint">bytes</dt>
      <dd className="tabular-nums">
        {count(bytes)} ({bytesInWords(bytes)})
      </dd>
      <dt className="text-faint">SHA-256</dt>
      <dd className="font-mono wrap-anywhere">{sha256}</dd>
      <dt className="text-faint">replaces</dt>
      {replaces === null ? (
        <dd className="text-dim">nothing: there is no file of that name</dd>
      ) : (
        <dd className="flex flex-col gap-0.5 text-modify-text">
          <span className="tabular-nums">
            {count(replaces.bytes)} {replaces.bytes === 1 ? "byte" : "bytes"} of {timeWords(replaces.modified)},{" "}
            <span className="font-mono">{modeWords("file", replaces.mode)}</span>
          </span>
          <span className="font-mono wrap-anywhere">
            {replaces.sha256 === undefined ? "too large for a hash: size and time are compared" : replaces.sha256}
          </span>
          {replaces.sha256 === sha256 && <strong className="font-medium">It holds the same bytes already.</strong>}
        </dd>
      )}
    </dl>
  );
}
