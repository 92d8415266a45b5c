/** The side on which an account's balance is usually positive. */
export type NormalSide = "DR" | "CR";

/** The chart of accounts (docs/api.md#ledger). The class places an account in plain-text books. */
export const ACCOUNTS = {
  "1000": { name: "Cash", normal: "DR", class: "assets" },
  "1100": { name: "Principal Receivable", normal: "DR", class: "assets" },
  "1200": { name: "Interest Receivable", normal: "DR", class: "assets" },
  "1300": { name: "Fees Receivable", normal: "DR", class: "assets" },
  "2100": { name: "Disbursement Clearing", normal: "CR", class: "liabilities" },
  "2200": { name: "Suspense", normal: "CR", class: "liabilities" },
  "4100": { name: "Interest Income", normal: "CR", class: "revenues" },
  "4200": { name: "Fee Income", normal: "CR", class: "revenues" },
} as const satisfies Record<string, { name: string; normal: NormalSide; class: string }>;

export type AccountCode = keyof typeof ACCOUNTS;

export const isAccountCode = (code: string): code is AccountCode => Object.hasOwn(ACCOUNTS, code);

/** The accounts whose balance makes up what a loan's borrower owes; each loan has a book of these. */
export const RECEIVABLES = ["1100", "1200", "1300"] as const satisfies readonly AccountCode[];

/** Layers of the ledger: what is settled counts. */
export const LAYERS = ["SETTLED"] as const;
export type Layer = (typeof LAYERS)[number];
