/** Every scope that a token or an API key can grant, with what it allows (docs/api.md#tokens). Routes, CLI and tests take it from here. */
export const SCOPE_MEANINGS = {
  "ingest:write": "Send events of clients, disbursements, payments and operations.",
  "records:read": "Read records, history and events.",
  "positions:read": "Read positions, the portfolio and quality; shows no personal data.",
  "hpts:disbursements:write": "Post disbursements and their settlements to the ledger.",
  "hpts:payments:write": "Post payments, suspense applications and recoveries.",
  "hpts:fees:write": "Post and waive fees.",
  "hpts:accruals:write": "Preview and post interest.",
  "hpts:adjustments:write":
    "Charge loans off, post the lender's own funding, name accounts, and switch bookkeeping.",
  "hpts:reversals:write": "Reverse journal entries.",
  "hpts:closing:write": "Close the books through the end of a month, and reopen them.",
  "hpts:ledger:read": "Read journal entries.",
  "hpts:balances:read": "Read balances of loans and accounts.",
  "hpts:reconciliation:write": "State bank balances and start integrity checks.",
  "hpts:reconciliation:read": "Read the reconciliation status and the proof that records and books agree.",
  "clients:erase": "Erase what is about clients and borrowers, and see how far it is.",
  "facilities:write": "Put and delete facilities: what a financier lends against pledged disbursements.",
  "settings:write": "Change the tenant's settings.",
  "webhooks:manage": "Manage webhook endpoints.",
  "keys:manage": "Manage API keys, with the caller's own scopes at most.",
} as const satisfies Readonly<Record<string, string>>;

export type Scope = keyof typeof SCOPE_MEANINGS;

export const SCOPES: readonly Scope[] = Object.keys(SCOPE_MEANINGS) as Scope[];

export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPE_MEANINGS, text);
