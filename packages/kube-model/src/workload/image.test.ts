import { expect, test } from "vitest";
import { parseImage } from "./image.ts";

const SHA = `sha256:${"0123456789abcdef".repeat(4)}`;

test.each([
  ["nginx", "docker.io", "library/nginx", "latest", ""],
  ["nginx:1.27", "docker.io", "library/nginx", "1.27", ""],
  ["team/web", "docker.io", "team/web", "latest", ""],
  ["index.docker.io/nginx", "docker.io", "library/nginx", "latest", ""],
  ["registry.k8s.io/coredns/coredns:v1.11.4", "registry.k8s.io", "coredns/coredns", "v1.11.4", ""],
  ["localhost/web", "localhost", "web", "latest", ""],
  ["localhost:5000/a/b:1", "localhost:5000", "a/b", "1", ""],
  ["10.0.0.1:5000/web", "10.0.0.1:5000", "web", "latest", ""],
  ["[2001:db8::1]:5000/web:2", "[2001:db8::1]:5000", "web", "2", ""],
  [`nginx@${SHA}`, "docker.io", "library/nginx", "", SHA],
  [`ghcr.io/a/b:1@${SHA}`, "ghcr.io", "a/b", "1", SHA],
  ["web@sha256:abc", "docker.io", "library/web", "", ""],
  [`web@${SHA.toUpperCase()}`, "docker.io", "library/web", "", ""],
  ["", "", "", "", ""],
])("%s", (text, registry, repository, tag, digest) => {
  expect(parseImage(text)).toEqual({ text, registry, repository, tag, digest });
});

test("what is no text has no name and no digest", () => {
  for (const value of [undefined, null, 7, {}, ["nginx"]]) expect(parseImage(value)).toMatchObject({ repository: "", digest: "" });
});
