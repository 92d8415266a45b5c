const URL_CHARACTERS_MAX = 2048;
/** WHATWG URL parsing turns the default port into an empty string. */
const PORTS: ReadonlySet<string> = new Set(["", "8443"]);
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1"]);
/** RFC 6761, RFC 6762, and ICANN's reserved name of private networks. */
const PRIVATE_NAMES = ["localhost", "local", "internal"];
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

export interface DestinationRules {
  /** Allows `http://localhost` and `http://127.0.0.1` on any port; only for a service on the developer's machine. */
  readonly allowLoopback: boolean;
  /** The service's own host name: it must not call itself. */
  readonly ownHost: string;
}

/** The host of a parsed URL for comparison. URL parsing has normalized case, percent signs and IP literals. */
export const hostOf = (url: URL): string => url.hostname.replace(/\.+$/, "");

/**
 * What is wrong with the URL of a webhook endpoint (docs/api.md#where-webhooks-may-go), as the rest of a sentence; null
 * when deliveries may go there. Checks only names: a service on the edge has no private network behind it.
 */
export function destinationFault(text: string, rules: DestinationRules): string | null {
  if (text.length > URL_CHARACTERS_MAX) return `must be at most ${URL_CHARACTERS_MAX} characters`;
  if (!URL.canParse(text)) return "must be a URL, for example https://example.com/webhooks";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not contain a user name or a password";
  const host = hostOf(url);
  if (rules.allowLoopback && url.protocol === "http:" && LOOPBACK.has(host)) return null;
  if (url.protocol !== "https:") return "must begin with https://";
  if (!PORTS.has(url.port)) return "must have the port 443 or 8443, or none";
  if (host.startsWith("[") || IPV4.test(host)) return "must have a host name, not an IP address";
  if (PRIVATE_NAMES.some((name) => host === name || host.endsWith(`.${name}`)) || !host.includes(".")) {
    return "must have a public host name";
  }
  return host === rules.ownHost ? "must not be this service's own host" : null;
}
