import { isAbsolute } from "node:path";
import { z } from "zod";

/** An S3-compatible storage for recordings. */
export interface S3Config {
  /** Without a bucket, e.g. `https://s3.eu-central-1.amazonaws.com`. */
  endpoint: string;
  region: string;
  bucket: string;
  /** What every key begins with; empty, or it ends with a slash. */
  prefix: string;
  /** `path`: https://endpoint/bucket/key; `host`: https://bucket.endpoint/key. */
  style: "path" | "host";
  credentials: S3Credentials | { file: string };
}

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Variables of an S3-compatible storage; none of them is needed where recordings are kept in the database. */
export const S3_ENVIRONMENT = {
  INTERLOCK_S3_ENDPOINT: z
    .string()
    .refine(
      (text) => /^https?:\/\/[^/]+\/?$/.test(text) && URL.canParse(text),
      "must be an address without a path, e.g. https://s3.example.com",
    )
    .optional(),
  INTERLOCK_S3_REGION: z.string().min(1).default("us-east-1"),
  INTERLOCK_S3_BUCKET: z.string().regex(BUCKET, "must be the name of a bucket").optional(),
  INTERLOCK_S3_PREFIX: z
    .string()
    .regex(/^[\w./-]*$/, "must be of letters, digits, . _ - and /")
    .default(""),
  INTERLOCK_S3_STYLE: z.enum(["path", "host"]).default("path"),
  INTERLOCK_S3_CREDENTIALS_FILE: z.string().refine(isAbsolute, "must be an absolute path").optional(),
  INTERLOCK_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  INTERLOCK_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  INTERLOCK_S3_SESSION_TOKEN: z.string().min(1).optional(),
};

const Environment = z.object(S3_ENVIRONMENT);

/** Undefined where no storage is named. Throws with the name of what is missing. */
export function s3ConfigOf(data: z.infer<typeof Environment>): S3Config | undefined {
  if (data.INTERLOCK_S3_ENDPOINT === undefined) return undefined;
  if (data.INTERLOCK_S3_BUCKET === undefined) throw new Error("INTERLOCK_S3_BUCKET: must be the name of a bucket");
  const prefix = data.INTERLOCK_S3_PREFIX.replaceAll(/^\/+|\/+$/g, "");
  return {
    endpoint: data.INTERLOCK_S3_ENDPOINT.replace(/\/$/, ""),
    region: data.INTERLOCK_S3_REGION,
    bucket: data.INTERLOCK_S3_BUCKET,
    prefix: prefix === "" ? "" : `${prefix}/`,
    style: data.INTERLOCK_S3_STYLE,
    credentials: credentialsOf(data),
  };
}

function credentialsOf(data: z.infer<typeof Environment>): S3Config["credentials"] {
  const {
    INTERLOCK_S3_CREDENTIALS_FILE: file,
    INTERLOCK_S3_ACCESS_KEY_ID: accessKeyId,
    INTERLOCK_S3_SECRET_ACCESS_KEY: secretAccessKey,
    INTERLOCK_S3_SESSION_TOKEN: sessionToken,
  } = data;
  if (file !== undefined) return { file };
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new Error("INTERLOCK_S3_CREDENTIALS_FILE: must be set, or INTERLOCK_S3_ACCESS_KEY_ID and INTERLOCK_S3_SECRET_ACCESS_KEY");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
