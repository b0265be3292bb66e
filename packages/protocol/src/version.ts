/** Version of every message and type in this package. Checked when a socket connects; a mismatch closes it with `protocol_version`. */
export const PROTOCOL_VERSION = 1;
