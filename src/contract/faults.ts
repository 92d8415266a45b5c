/** The problems that are no fault of the request, in the order of their status. The rest is in problems.ts. */
export const FAULTS = {
  internal_error: {
    status: 500,
    title: "Internal error",
    meaning: "The service has a defect.",
    remedy: "Quote the trace_id when you report it. You can retry with the same Idempotency-Key.",
  },
  misconfigured: {
    status: 500,
    title: "The service is not configured",
    meaning: "A setting of the service is missing or malformed, so it accepts no request.",
    remedy: "Tell the operator. The log names the setting.",
  },
  overloaded: {
    status: 503,
    title: "The tenant's queue is full",
    meaning: "Too many events of the tenant are waiting.",
    remedy:
      "Wait for the time in Retry-After, then retry with the same Idempotency-Key. Send fewer requests at once.",
  },
  read_only: {
    status: 503,
    title: "The service takes no writes at the moment",
    meaning: "The operator has stopped writes, for example to restore the database. Reads go on.",
    remedy: "Wait for the time in Retry-After, then send the same request again.",
  },
  unavailable: {
    status: 503,
    title: "Temporarily unavailable",
    meaning: "Part of the service did not answer in time. The event may have been stored.",
    remedy: "Retry with the same Idempotency-Key. The event will not be stored twice.",
  },
} as const;
