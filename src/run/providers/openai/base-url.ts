/** Where requests go. */
export interface BaseUrl {
  readonly origin: string;
  /** With leading slash, without trailing one; empty at the root. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  readonly host: string;
  readonly isLoopback: boolean;
}

/**
 * A base URL as people write it: with or without `/v1`, with a path of its own (kept as it is), with a slash at the end, with
 * the whole path of the interface. Only an origin alone gets `/v1`.
 *
 * @returns what is wrong with it, where it cannot be one
 */
export function parseBaseUrl(text: string): BaseUrl | string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? `"${text}" lacks http:// or https://` : `"${text}" is not a URL`;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return /^[\w.-]+:\d/.test(text) ? `"${text}" lacks http:// or https://` : `"${text}" is neither http nor https`;
  const path = url.pathname.replace(/\/+$/, "").replace(/\/(chat\/completions|completions|responses)$/, "");
  return {
    origin: url.origin,
    path: path === "" ? "/v1" : path,
    query: url.search,
    host: url.host,
    isLoopback: /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname),
  };
}
