/** Where pieces of recordings are kept outside of the database: whole, by key, written once. */
export interface ChunkObjects {
  /** What is put is there for good once the promise is kept. The same key and content again is harmless. `sha256` in hexadecimal. */
  put(key: string, content: Uint8Array, sha256: string): Promise<void>;
  /** Undefined where there is none. At most `most` bytes; more is a fault. */
  get(key: string, most: number): Promise<Uint8Array | undefined>;
  /** Keys of all that is in a folder, which is named without a slash; undefined where the storage does not let us look. */
  list(folder: string): Promise<string[] | undefined>;
  /** One that is not there is removed already. */
  remove(key: string): Promise<void>;
}

/** A storage that does not do what it is asked. The message is for people: it names what is wrong, and no address, key or credential. */
export class StorageFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageFault";
  }
}
