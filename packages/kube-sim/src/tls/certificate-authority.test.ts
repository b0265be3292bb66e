import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { CertificateAuthority } from "./certificate-authority.ts";

const authority = new CertificateAuthority();
const root = new X509Certificate(authority.certificate);

test("signs a server's certificate for its hosts", () => {
  const certificate = new X509Certificate(authority.server(["127.0.0.1", "localhost"]).certificate);
  expect(certificate.verify(root.publicKey)).toBe(true);
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIssued(root)).toBe(true);
  expect(root.ca).toBe(true);
});

test("signs a user's certificate with his name and groups", () => {
  const issued = authority.client("eve", ["dev", "oncall"]);
  const certificate = new X509Certificate(issued.certificate);
  expect(certificate.subject).toBe("O=dev\nO=oncall\nCN=eve");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(issued.key).toContain("BEGIN PRIVATE KEY");
});

test("refuses what is no request", () => {
  expect(() => authority.approve("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", 1)).toThrow();
});
