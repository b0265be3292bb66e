/** A container image by its parts. Empty where the text does not say. */
export interface ImageReference {
  /** As it is written. */
  text: string;
  /** Host and port; `docker.io` where the text names none. */
  registry: string;
  /** Path within the registry, e.g. `library/nginx`. */
  repository: string;
  /** `latest` where the text has neither a tag nor a digest, as container runtimes take it. */
  tag: string;
  /** `sha256:…`; empty for one that is not well-formed, which pins nothing. */
  digest: string;
}

const DOCKER = "docker.io";

/** OCI image specification, "Digests": an algorithm and its value; the registered ones have a fixed length. */
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|(?!sha(?:256|512):)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,})$/;

/**
 * Reads an image as container runtimes do (distribution's `reference.ParseNormalizedNamed`): the first part is a registry when it has a dot
 * or a port or is `localhost`, otherwise the whole is a path of Docker Hub. Never throws; what is no text is an image without a name.
 */
export function parseImage(value: unknown): ImageReference {
  const text = typeof value === "string" ? value : "";
  const at = text.indexOf("@");
  const digest = at === -1 ? "" : text.slice(at + 1);
  const named = at === -1 ? text : text.slice(0, at);
  const slash = named.indexOf("/");
  const first = slash === -1 ? "" : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const rest = isHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const path = tagged ? rest.slice(0, colon) : rest;
  const registry = !isHost || first === "index.docker.io" ? DOCKER : first;
  const official = registry === DOCKER && path !== "" && !path.includes("/");
  return {
    text,
    registry: text === "" ? "" : registry,
    repository: official ? `library/${path}` : path,
    tag: tagged ? rest.slice(colon + 1) : at === -1 && text !== "" ? "latest" : "",
    digest: DIGEST.test(digest) ? digest : "",
  };
}
