import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { bits, boolean, integer, items, octets, oid, sequence, set, tagged, time, tlv, utf8 } from "./der.ts";

/** RFC 5280 and RFC 5480 call them so. */
const OID = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  alternativeNames: "2.5.29.17",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

const DAY = 86_400_000;

export interface Issued {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8; absent where the key is not ours. */
  key?: string;
}

/** The certificate authority of one simulated cluster: it signs the server's certificate, those of users, and approved requests. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #key: KeyObject;
  readonly #name: Buffer;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    this.#name = name("kubernetes", []);
    this.certificate = this.#issue(this.#name, publicKey.export({ type: "spki", format: "der" }), 3650, [
      extension(OID.basicConstraints, sequence(boolean(true)), true),
      // keyCertSign and cRLSign.
      extension(OID.keyUsage, bits(Buffer.from([0x06]), 1), true),
    ]);
  }

  server(hosts: readonly string[]): Issued {
    const names = hosts.map((host) =>
      isIP(host) === 4 ? tlv(0x87, Buffer.from(host.split(".").map(Number))) : tlv(0x82, Buffer.from(host, "latin1")),
    );
    return this.#withKey(name("kube-apiserver", []), OID.serverAuth, [extension(OID.alternativeNames, sequence(...names))]);
  }

  /** For a user by this name in these groups. */
  client(user: string, groups: readonly string[]): Issued {
    return this.#withKey(name(user, groups), OID.clientAuth, []);
  }

  /** Signs a request (PKCS #10, PEM): the subject and the key are its own. Throws for a text that is none. */
  approve(request: string, days: number): string {
    const [info] = items(Buffer.from(request.replace(/-----[^-]+-----|\s/g, ""), "base64"));
    const [, subject, publicKey] = items(info!);
    if (subject === undefined || publicKey === undefined) throw new Error("not a certificate request");
    return this.#issue(subject, publicKey, days, usage(OID.clientAuth));
  }

  #withKey(subject: Buffer, purpose: string, extensions: readonly Buffer[]): Issued {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = this.#issue(subject, publicKey.export({ type: "spki", format: "der" }), 365, [...usage(purpose), ...extensions]);
    return { certificate, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  }

  #issue(subject: Buffer, publicKey: Buffer, days: number, extensions: readonly Buffer[]): string {
    const now = Date.now();
    const algorithm = sequence(oid(OID.ecdsaWithSha256));
    const version3 = tagged(0, integer(Buffer.from([2])));
    const serial = integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)]));
    const validity = sequence(time(new Date(now - DAY)), time(new Date(now + days * DAY)));
    const content = sequence(version3, serial, algorithm, this.#name, validity, subject, publicKey, tagged(3, sequence(...extensions)));
    const signature = sign("sha256", content, createPrivateKey(this.#key.export({ type: "pkcs8", format: "pem" })));
    return pem(sequence(content, algorithm, bits(signature)));
  }
}

const name = (commonName: string, organizations: readonly string[]): Buffer =>
  sequence(
    ...organizations.map((one) => set(sequence(oid(OID.organization), utf8(one)))),
    set(sequence(oid(OID.commonName), utf8(commonName))),
  );

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

/** digitalSignature and keyEncipherment, for one purpose. */
const usage = (purpose: string): Buffer[] => [
  extension(OID.keyUsage, bits(Buffer.from([0xa0]), 5), true),
  extension(OID.extendedKeyUsage, sequence(oid(purpose))),
];

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`;
