import { err, ok, type Result } from "../domain/core/result.ts";

const URL_CHARACTERS_MAX = 2048;
/** WHATWG URL parsing turns the default port into an empty string. */
const PORTS: ReadonlySet<string> = new Set(["", "8443"]);
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1"]);
/** Names of private networks: RFC 6761, 6762, 7686, 8375, ICANN's reserved names, and what routers and clusters use. */
const PRIVATE_NAMES = [
  ...["localhost", "local", "internal", "arpa", "onion"],
  ...["home", "corp", "lan", "localdomain", "svc"],
];
const HOST_CHARACTERS_MAX = 253;
/** The length of a label (RFC 1035 section 2.3.4): an empty one is no name. */
const LABEL = /^.{1,63}$/;
/** URL parsing makes an IPv4 address of each host that ends with a number. */
const IPV4 = /\.\d+$/;

interface DestinationRules {
  /** Allows `http://localhost` and `http://127.0.0.1` on any port; only for a service on the developer's machine. */
  readonly allowLoopback: boolean;
  /** The service's own host names: it must not call itself. */
  readonly ownHosts: readonly string[];
}

/** The host of a parsed URL for comparison. URL parsing has normalized case, percent signs and IP literals. */
export const hostOf = (url: URL): string => url.hostname.replace(/\.$/, "");

/** The host names of the setting PUBLIC_ORIGIN: origins, separated by commas. None when it is missing. */
export function publicHosts(setting: unknown): Result<readonly string[], string> {
  if (setting === undefined) return ok([]);
  if (typeof setting !== "string") return err("must be a string");
  const origins = setting.split(",").flatMap((text) => text.trim() || []);
  const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, "");
  if (!origins.every(isOrigin))
    return err("must be origins such as https://ledger.example.com, several by commas");
  return ok(origins.map((text) => hostOf(new URL(text))));
}

/**
 * What is wrong with the URL of a webhook endpoint (docs/api.md#where-webhooks-may-go), as the rest of a sentence; null
 * when deliveries may go there. Checks only names: a service on the edge has no private network behind it.
 */
export function destinationFault(text: string, rules: DestinationRules): string | null {
  if (!URL.canParse(text)) return "must be a URL, for example https://example.com/webhooks";
  const url = new URL(text);
  // The text that URL parsing makes is stored and sent to; it may be longer.
  if (url.href.length > URL_CHARACTERS_MAX) return `must be at most ${URL_CHARACTERS_MAX} characters`;
  if (url.username !== "" || url.password !== "") return "must not contain a user name or a password";
  const host = hostOf(url);
  if (rules.allowLoopback && url.protocol === "http:" && LOOPBACK.has(host)) return null;
  if (url.protocol !== "https:") return "must begin with https://";
  if (!PORTS.has(url.port)) return "must have the port 443 or 8443, or none";
  if (host.startsWith("[") || IPV4.test(host)) return "must have a host name, not an IP address";
  if (!isPublicName(host)) return "must have a public host name";
  return rules.ownHosts.includes(host) ? "must not be this service's own host" : null;
}

function isPublicName(host: string): boolean {
  const labels = host.split(".");
  if (labels.length < 2 || host.length > HOST_CHARACTERS_MAX) return false;
  if (!labels.every((label) => LABEL.test(label))) return false;
  return !PRIVATE_NAMES.some((name) => host.endsWith(`.${name}`));
}
