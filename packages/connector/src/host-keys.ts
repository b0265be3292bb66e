/** A public key that an administrator approved for a host. */
export interface PinnedKey {
  /** As in the key itself, e.g. `ssh-ed25519`. */
  algorithm: string;
  /** The key in its wire form (RFC 4253, section 6.6), base64, as it stands in a `known_hosts` file. */
  key: string;
}

/** The key a host answered with. */
export interface OfferedKey extends PinnedKey {
  /** As the connection names it, lower case. */
  host: string;
  port: number;
  /** `SHA256:` and the hash of the key in base64 without padding, as `ssh-keygen -l` shows it. */
  fingerprint: string;
  /** `unknown`: no key of this host is approved yet; `changed`: others are. */
  state: "unknown" | "changed";
}

/**
 * Which hosts are the ones they say they are. A key is never taken on trust: an administrator compares the fingerprint with what the host itself
 * says and approves it. Jump hosts are asked about like any other host.
 */
export interface HostKeys {
  /** The approved keys of a host; `host` in lower case. Empty where none is. A rejection leaves the host unreached. */
  pinned(host: string, port: number): Promise<readonly PinnedKey[]>;
  /** A host answered with a key that is not approved. Nothing of the credential was sent to it. Whoever has the port answers as it likes: keep few of these. */
  met(offer: OfferedKey): void;
}
