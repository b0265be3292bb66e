/** Names of variables and keys that hold secrets, and of some that only sound like it. */
const SECRET_NAME =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|CONNECTION_?STRING|(^|_)(TOKEN|PWD|DSN)(_|$)|(?-i:[a-z]Token$)/i;
const NOT_SECRET =
  /(_FILE|_PATH|_DIR|_URL|_URI|_HOST|_NAME|_TTL|_EXPIRY|_EXPIRATION|_LIFETIME|_LENGTH|_SIZE|_COUNT|_LIMIT|_SECONDS|_ENABLED|_ISSUER|_HEADER|_ENDPOINT|_TYPE|_MODE|_POLICY|_ALGORITHM|_VERSION|_PROVIDER|_BACKEND|_STORE|_MANAGER|_REF|_REGION|_ID)$/i;
/** Values that are secrets whatever they are called: keys of clouds and forges, tokens, private keys, URLs with a password in them. */
const SECRET_VALUE =
  /^(AKIA|ASIA)[0-9A-Z]{16}$|^gh[pousr]_[A-Za-z0-9]{30,}$|^glpat-[\w-]{20,}$|^xox[abposr]-[\w-]{10,}$|^sk_live_\w{16,}|^eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*$|-----BEGIN [A-Z ]*PRIVATE KEY-----|^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/;

/** Whether a value under a name is a secret: by what it looks like, or by what it is called, unless it only says where one is. */
export function looksSecret(name: string, value: string): boolean {
  if (value === "") return false;
  if (SECRET_VALUE.test(value)) return true;
  const plain = name.replaceAll(/[-.]/g, "_");
  return SECRET_NAME.test(plain) && !NOT_SECRET.test(plain) && !/^(true|false|\d{1,4}|\/.*)$/i.test(value);
}
