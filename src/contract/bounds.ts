/** The problems of a tenant that has as many of something as it can have. The rest is in problems.ts. */
export const BOUNDS = {
  too_many_bank_accounts: {
    status: 422,
    title: "Too many bank accounts",
    meaning: "A tenant has at most 200 bank accounts, and this request names another one.",
    remedy: "Use one of the bank accounts that exist.",
  },
  too_many_endpoints: {
    status: 422,
    title: "Too many webhook endpoints",
    meaning: "The tenant has as many webhook endpoints as it can have.",
    remedy: "Delete an endpoint that is not needed, then send again. You may use the same Idempotency-Key.",
  },
  too_many_keys: {
    status: 422,
    title: "Too many API keys",
    meaning: "The tenant has as many live API keys as it can have.",
    remedy: "Revoke a key that is not needed, then send again. You may use the same Idempotency-Key.",
  },
  too_many_facilities: {
    status: 422,
    title: "Too many facilities",
    meaning: "The tenant has as many facilities as it can have.",
    remedy: "Delete a facility that is not needed, then send again. You may use the same Idempotency-Key.",
  },
} as const;
