/** The side on which an account's balance is usually positive. */
type NormalSide = "DR" | "CR";

export type AccountType = "asset" | "liability" | "equity" | "revenue" | "expense";

/** The chart of accounts (docs/ledger.md#accounts). */
export const ACCOUNTS = {
  "1000": { name: "Cash", normal: "DR", type: "asset" },
  "1100": { name: "Principal Receivable", normal: "DR", type: "asset" },
  "1200": { name: "Interest Receivable", normal: "DR", type: "asset" },
  "1300": { name: "Fees Receivable", normal: "DR", type: "asset" },
  "1400": { name: "Margin Receivable", normal: "DR", type: "asset" },
  "2100": { name: "Disbursement Clearing", normal: "CR", type: "liability" },
  "2200": { name: "Suspense", normal: "CR", type: "liability" },
  "2300": { name: "Unearned Margin", normal: "CR", type: "liability" },
  "3000": { name: "Lender Funding", normal: "CR", type: "equity" },
  "4100": { name: "Interest Income", normal: "CR", type: "revenue" },
  "4200": { name: "Fee Income", normal: "CR", type: "revenue" },
  "4300": { name: "Recovery Income", normal: "CR", type: "revenue" },
  "5100": { name: "Credit Loss Expense", normal: "DR", type: "expense" },
} as const satisfies Record<string, { name: string; normal: NormalSide; type: AccountType }>;

export type AccountCode = keyof typeof ACCOUNTS;

/** In ascending order, as the keys of an object are that are whole numbers. */
export const ACCOUNT_CODES = Object.keys(ACCOUNTS) as readonly AccountCode[];

export const isAccountCode = (code: string): code is AccountCode => Object.hasOwn(ACCOUNTS, code);

/** Layers of the ledger: only settled amounts count. */
export const LAYERS = ["SETTLED"] as const;
export type Layer = (typeof LAYERS)[number];
