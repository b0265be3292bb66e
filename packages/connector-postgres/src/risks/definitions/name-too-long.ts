import { isComment, scanTokens } from "../../grammar.ts";
import { isDefinition } from "../../ddl/definitions.ts";
import type { RiskRule } from "../risk-rule.ts";

/** NAMEDATALEN - 1, in bytes, from pg_config_manual.h. */
const NAME_BYTES = 63;

export const nameTooLong: RiskRule = {
  code: "name-too-long",
  severity: "warning",
  about: "A name of more than 63 bytes is cut without an error: two long names may become one.",
  find({ type, draft }) {
    if (!isDefinition(type) || Buffer.byteLength(draft.text) <= NAME_BYTES) return undefined;
    const long = scanTokens(draft.text)?.find(
      (token) => !isComment(token) && token.tokenName === "IDENT" && nameBytes(token.text) > NAME_BYTES,
    );
    if (!long) return undefined;
    const kept = Buffer.from(long.text.replace(/^"|"$/g, ""))
      .subarray(0, NAME_BYTES)
      .toString("utf8")
      .replace(/\uFFFD+$/, "");
    return { message: `The name is longer than 63 bytes and is cut to ${kept}` };
  },
};

const nameBytes = (text: string): number => Buffer.byteLength(text.replace(/^"|"$/g, "").replaceAll('""', '"'));
