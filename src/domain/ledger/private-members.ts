/** The members of ledger requests that may say something about a person (docs/audit.md). */
export const PRIVATE_MEMBERS: ReadonlySet<string> = new Set([
  "metadata",
  "destination_ref",
  "external_ref",
  "reason",
  "reason_description",
]);
