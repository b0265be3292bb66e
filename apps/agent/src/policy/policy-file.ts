export declare class PolicyFile {
  static open(parts: unknown): Promise<PolicyFile>;
  /** Problems of the file while the last good policy stays in force. */
  readonly problem: string | undefined;
  stop(): void;
}
