/** Sizes at the door, in bytes unless a name says otherwise. Errors name the limit that was met. */
export const LIMITS = {
  /** One JSON message from a browser on a room socket. */
  roomMessageBytes: 256 * 1024,
  /** One Yjs message from a browser on a document socket. */
  documentMessageBytes: 1024 * 1024,
  /** The whole text of one document. */
  documentBytes: 4 * 1024 * 1024,
  /** The text of one command. */
  commandBytes: 256 * 1024,
  /** All files of one command together, standard input included. */
  commandFileBytes: 1024 * 1024,
  /** How many files one command reads. */
  commandFiles: 100,
  /** How many hosts one command runs on. */
  commandHosts: 50,
  /** The beginning of a host's file that is shown as text. */
  filePreviewBytes: 256 * 1024,
  /** One REST request body. */
  requestBytes: 1024 * 1024,
  /** An API server's audit log as it is sent, and what it may unpack to. */
  auditLogBytes: 256 * 1024 * 1024,
  auditLogUnpackedBytes: 2 * 1024 * 1024 * 1024,
  /** Different uses of rights in one audit log: who, verb, resource and namespace. */
  auditLogUses: 100_000,
  /** Bytes waiting in one socket before its owner is dropped to a resync. */
  socketBacklogBytes: 4 * 1024 * 1024,
  /** Target payload of one result chunk. */
  resultChunkBytes: 64 * 1024,
  /** Rows kept of one result where policy sets no smaller cap. */
  resultRows: 5_000_000,
  /** Bytes kept of one result. */
  resultBytes: 2 * 1024 * 1024 * 1024,
  /** Life of a one-use socket ticket, in milliseconds. */
  ticketMs: 60_000,
  /** Characters of a reason or a comment. */
  reasonChars: 2_000,
  /** Entries of a room's timeline that a browser is given when it enters, the newest ones. */
  timelineEntries: 500,
  /** Characters of a room title. */
  titleChars: 200,
} as const;
