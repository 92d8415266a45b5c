/** W3C Trace Context of one request (docs/api.md#tracing). */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly trace_id: string;
  /** This service's own span: 16 lower-case hex digits. */
  readonly span_id: string;
  /** Two hex digits. */
  readonly flags: string;
  /** The valid members of what came with a valid parent; null when there are none. */
  readonly tracestate: string | null;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The flags that Trace Context knows: sampled (level 1) and random trace id (level 2). */
const KNOWN_FLAGS = 0x03;

/** Optional white space of an HTTP header (RFC 9110 section 5.6.3); `trim` would also take what is no header text. */
const withoutSpace = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, "");

/**
 * Continues a valid `traceparent` under a new span, and starts a trace on anything else, never an error. A version
 * above 00 is read by its first four parts, as the W3C asks; `ff` is invalid. Unknown flags are not passed on.
 * `random` are 24 bytes.
 */
export function continueTrace(
  traceparent: string | undefined,
  tracestate: string | undefined,
  random: Uint8Array,
): TraceContext {
  const hex = random.toHex();
  const span_id = hex.slice(32);
  const [, version, trace_id = "", parent = "", flags = "", rest] =
    TRACEPARENT.exec(withoutSpace(traceparent ?? "")) ?? [];
  const valid =
    version !== "ff" && !(version === "00" && rest !== undefined) && [trace_id, parent].every(isNotZero);
  if (!valid) return { trace_id: hex.slice(0, 32), span_id, flags: "01", tracestate: null };
  return { trace_id, span_id, flags: knownFlags(flags), tracestate: validTracestate(tracestate ?? "") };
}

const isNotZero = (hex: string) => /[1-9a-f]/.test(hex);

const knownFlags = (flags: string) => (Number.parseInt(flags, 16) & KNOWN_FLAGS).toString().padStart(2, "0");

const TRACESTATE_MEMBERS_MAX = 32;
const KEY = /^[a-z0-9][a-z0-9_*/@-]{0,255}$/;
/** Printable ASCII but comma and equals sign, and no space at the end. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * The header as it came when all its members are valid (W3C Trace Context level 2, section 3.3), else its valid members in
 * their order: a member with a bad key or value is left out, and so is a key that was there before. Null when none or more
 * than 32 are left. Empty members are allowed, and so are several headers, which the platform joins with commas.
 */
function validTracestate(header: string): string | null {
  const sent = header
    .split(",")
    .map(withoutSpace)
    .filter((member) => member !== "");
  const valid = new Map<string, string>();
  for (const member of sent) {
    const [key = "", value = "", ...others] = member.split("=");
    const isValid = KEY.test(key) && VALUE.test(value) && others.length === 0;
    if (isValid && !valid.has(key)) valid.set(key, member);
  }
  if (valid.size === 0 || valid.size > TRACESTATE_MEMBERS_MAX) return null;
  return valid.size === sent.length ? header : [...valid.values()].join(",");
}

/** The `traceparent` that this service answers with and hands on. */
export function traceparentOf({ trace_id, span_id, flags }: TraceContext): string {
  return `00-${trace_id}-${span_id}-${flags}`;
}
