/** W3C Trace Context of one request (docs/api.md#tracing). */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly trace_id: string;
  /** This service's own span: 16 lower-case hex digits. */
  readonly span_id: string;
  readonly flags: string;
  /** Passed through unchanged, when the parent was valid. */
  readonly tracestate: string | null;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Continues a valid `traceparent` under a new span, and starts a trace on anything else, never an error. A version
 * above 00 is read by its first four parts, as the W3C asks; `ff` is invalid.
 */
export function continueTrace(
  traceparent: string | undefined,
  tracestate: string | undefined,
  random: Uint8Array,
): TraceContext {
  const hex = [...random.slice(0, 24)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const span_id = hex.slice(32, 48);
  const [, version, trace_id = "", parent = "", flags = "01", rest] =
    TRACEPARENT.exec(traceparent ?? "") ?? [];
  const valid =
    version !== undefined &&
    version !== "ff" &&
    !(version === "00" && rest !== undefined) &&
    !/^0+$/.test(trace_id) &&
    !/^0+$/.test(parent);
  if (!valid) return { trace_id: hex.slice(0, 32), span_id, flags: "01", tracestate: null };
  return { trace_id, span_id, flags, tracestate: tracestate ?? null };
}

/** The `traceparent` that this service answers with and hands on. */
export function traceparentOf({ trace_id, span_id, flags }: TraceContext): string {
  return `00-${trace_id}-${span_id}-${flags}`;
}
