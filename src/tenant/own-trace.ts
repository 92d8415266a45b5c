const randomHex = (bytes: number): string => crypto.getRandomValues(new Uint8Array(bytes)).toHex();

/** A W3C trace of what a gate does by itself. */
export function ownTrace(): { readonly trace_id: string; readonly traceparent: string } {
  const trace_id = randomHex(16);
  return { trace_id, traceparent: `00-${trace_id}-${randomHex(8)}-00` };
}
