import { badRequest } from "../api-error.ts";
import type { Cluster, User } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import { type Attributes, authorize, grants } from "./authorizer.ts";
import { API_AUDIENCE, type Tokens } from "./users.ts";

/** The kinds that are questions: a create answers them and stores nothing. */
export function review(
  cluster: Cluster,
  tokens: Tokens,
  user: User,
  kind: string,
  namespace: string | undefined,
  body: Fields,
): KubeObject {
  const answer: Fields = { ...body, metadata: { ...body["metadata"], creationTimestamp: null } };
  switch (kind) {
    case "SelfSubjectAccessReview":
      answer["status"] = judge(cluster, user, body["spec"]);
      break;
    case "SubjectAccessReview":
    case "LocalSubjectAccessReview": {
      const spec: Fields = body["spec"] ?? {};
      if (spec["user"] === undefined && spec["groups"] === undefined)
        throw badRequest('spec.user: Invalid value: "": at least one of user or group must be specified');
      if (kind === "LocalSubjectAccessReview" && spec["resourceAttributes"] !== undefined) {
        spec["resourceAttributes"] = { ...spec["resourceAttributes"], namespace: spec["resourceAttributes"].namespace ?? namespace };
      }
      answer["status"] = judge(cluster, { name: spec["user"] ?? "", groups: spec["groups"] ?? [] }, spec);
      break;
    }
    case "SelfSubjectRulesReview":
      answer["status"] = rules(cluster, user, body["spec"]?.namespace ?? "");
      break;
    case "SelfSubjectReview":
      answer["status"] = {
        userInfo: {
          username: user.name,
          groups: user.groups,
          ...(user.uid && { uid: user.uid }),
          ...(user.extra && { extra: user.extra }),
        },
      };
      break;
    case "TokenReview": {
      const audiences: string[] = body["spec"]?.audiences?.length > 0 ? body["spec"].audiences : [API_AUDIENCE];
      const found = tokens.userOf(body["spec"]?.token ?? "", audiences);
      answer["status"] =
        found === undefined
          ? { user: {}, error: "invalid bearer token" }
          : {
              authenticated: true,
              user: {
                username: found.name,
                groups: found.groups,
                ...(found.uid && { uid: found.uid }),
                ...(found.extra && { extra: found.extra }),
              },
              audiences,
            };
      break;
    }
    default:
      throw badRequest(`no such review: ${kind}`);
  }
  return answer as KubeObject;
}

function judge(cluster: Cluster, user: User, spec: Fields | undefined): Fields {
  const wanted = attributesOf(spec);
  const { allowed, reason } = authorize(cluster, user, wanted);
  return { allowed, ...(reason === "" ? {} : { reason }) };
}

function attributesOf(spec: Fields | undefined): Attributes {
  const { resourceAttributes: of, nonResourceAttributes: path } = spec ?? {};
  if (path !== undefined) return { verb: path.verb ?? "", path: path.path ?? "" };
  if (of === undefined) throw badRequest("exactly one of nonResourceAttributes or resourceAttributes must be specified");
  const wanted: Attributes = { verb: of.verb ?? "", group: of.group ?? "", resource: of.resource ?? "" };
  for (const name of ["subresource", "namespace", "name"] as const) if (of[name]) wanted[name] = of[name];
  return wanted;
}

function rules(cluster: Cluster, user: User, namespace: string): Fields {
  const all: Fields[] = user.groups.includes("system:masters")
    ? [
        { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
        { verbs: ["*"], nonResourceURLs: ["*"] },
      ]
    : [...grants(cluster, user, namespace)].flatMap((grant) => grant.rules);
  return {
    resourceRules: all.filter((rule) => rule["nonResourceURLs"] === undefined),
    nonResourceRules: all
      .filter((rule) => rule["nonResourceURLs"] !== undefined)
      .map((rule) => ({ verbs: rule["verbs"], nonResourceURLs: rule["nonResourceURLs"] })),
    incomplete: false,
  };
}
