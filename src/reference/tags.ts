/** The chapters of the reference, in order. */
export const TAGS = {
  Ingest: "Send the events of clients, disbursements, payments and operations.",
  Tables: "Read the current records, their history and the log of events.",
  Positions: "What is due, received and late: of one disbursement, of all, and in sums.",
  Analytics: "What is said of many disbursements together: how they moved, how they perform.",
  Facilities: "What financiers lend against pledged disbursements, and what can be borrowed.",
  Ledger: "Post to the double-entry ledger and read entries and balances.",
  Bookkeeping: "Let the books come from the records, and prove that they agree.",
  Erasure: "Erase what is about a person, and see how far it is.",
  Settings: "Time zone, tolerance, dimensions of reports: what a tenant chooses for itself.",
  Log: "Take the log with you, and prove that nothing in it was changed.",
  Webhooks: "Be told what happens in the log.",
  Credentials: "Who is calling, and API keys for back ends without an issuer.",
  Service: "Health, this reference, and the pages for people. No token needed.",
} as const;

export type Tag = keyof typeof TAGS;
