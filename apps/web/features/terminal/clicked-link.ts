/** What somebody is asked before they follow a link out of a terminal. */
export interface LinkQuestion {
  /** As the browser will open it. */
  address: string;
  /** The part that says whose it is. */
  host: string;
  /** The text of the link says that it leads elsewhere, or nowhere in particular. */
  saysOtherwise?: string;
  /** Letters of other scripts that may look like those of another host; the host is shown as it is sent, in ASCII. */
  lookalike: boolean;
  /** Somebody's name stands before the host, which many take for the host. */
  hasName: boolean;
}

/** Undefined for what is no address of the web: nothing else is opened. */
export function linkQuestion(address: string, text: string | undefined): LinkQuestion | undefined {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  const said = text?.trim() ?? "";
  return {
    address: url.href,
    host: url.host,
    ...(said === "" || sameAddress(said, url) ? {} : { saysOtherwise: said }),
    lookalike: url.hostname.split(".").some((label) => label.startsWith("xn--")),
    hasName: url.username !== "" || url.password !== "",
  };
}

/** Whether a text names the address itself, with or without its scheme and a slash at its end. */
function sameAddress(text: string, url: URL): boolean {
  const bare = (value: string): string => value.replace(/^https?:\/\//iu, "").replace(/\/$/u, "");
  return bare(text) === bare(url.href);
}
