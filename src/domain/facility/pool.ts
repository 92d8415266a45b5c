/** A disbursement of a facility's pool, as its base needs it; amounts in minor units. */
export interface PoolLoan {
  readonly disbursement_id: string;
  /** Null for a purchase with several clients or none: it is a client of its own. */
  readonly client_id: string | null;
  readonly outstanding: bigint;
  readonly days_past_due: number;
  /** Days to the maturity, at least 0; null without one. */
  readonly remaining_days: number | null;
  /** The index of the first rule of eligibility that it fails; null: it is eligible. */
  readonly failed: number | null;
  /** Its group for each limit, null where it has none. */
  readonly groups: readonly (string | null)[];
}

/** Some disbursements of a pool. */
export interface PoolSum {
  readonly number: number;
  readonly outstanding: bigint;
}

export const sumOfPool = (loans: readonly PoolLoan[]): PoolSum => ({
  number: loans.length,
  outstanding: loans.reduce((sum, { outstanding }) => sum + outstanding, 0n),
});

/** What tells clients apart. */
export const clientKey = ({ client_id, disbursement_id }: PoolLoan): string =>
  JSON.stringify(client_id === null ? { own: disbursement_id } : client_id);
