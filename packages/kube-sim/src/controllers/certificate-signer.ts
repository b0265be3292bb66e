import type { Fields } from "../object.ts";
import type { CertificateAuthority } from "../tls/certificate-authority.ts";
import { type Controller, withCondition } from "./controller.ts";

const STORAGE = "certificates.k8s.io/certificatesigningrequests";
/** What the signers of a cluster give at most, in days. */
const MOST_DAYS = 365;

/** Signs certificate requests that somebody approved, for the signers a cluster has itself. */
export const certificateSigner = (authority: CertificateAuthority): Controller => ({
  name: "csrsigning",
  watches: [STORAGE],
  reconcile(hands) {
    for (const request of hands.list(STORAGE)) {
      const { conditions = [], certificate } = (request["status"] ?? {}) as Fields;
      const approved = conditions.some((one: Fields) => one["type"] === "Approved");
      const over = conditions.some((one: Fields) => one["type"] === "Denied" || one["type"] === "Failed");
      if (!approved || over || certificate !== undefined || !request["spec"].signerName.startsWith("kubernetes.io/")) continue;
      const days = Math.min(MOST_DAYS, Math.ceil((request["spec"].expirationSeconds ?? MOST_DAYS * 86_400) / 86_400));
      try {
        const signed = authority.approve(Buffer.from(request["spec"].request, "base64").toString("utf8"), days);
        hands.setStatus(STORAGE, request, { ...request["status"], certificate: Buffer.from(signed).toString("base64") });
      } catch (error) {
        const failed = {
          type: "Failed",
          status: "True",
          reason: "SignerValidationFailure",
          message: (error as Error).message,
          lastUpdateTime: hands.cluster.now(),
        };
        hands.setStatus(STORAGE, request, { ...request["status"], conditions: withCondition(conditions, hands.cluster.now(), failed) });
      }
    }
  },
});
