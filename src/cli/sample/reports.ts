import { addMonths, type SampleDay } from "./calendar.ts";
import { Random } from "./random.ts";

const BRANCHES: readonly (readonly [string, number])[] = [
  ["north", 45],
  ["south", 35],
  ["online", 20],
];
const SECTORS = ["retail", "farming", "services", "transport"];
/** Who finances the lender; null: what is not pledged. */
const CREDITORS: readonly (readonly [string | null, number])[] = [
  ["Harbour Credit Fund", 45],
  ["First Trade Bank", 25],
  [null, 30],
];

/** The members of `info` by which the sample's reports group. */
export const SAMPLE_DIMENSIONS = { disbursement: ["branch"], client: ["sector"] } as const;

/** What reports group by and what is pledged. Its choices are its own, so they change nothing else of a tape. */
export class SampleReports {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed ^ 0x5a3b1e);
  }

  ofClient() {
    return { info: { sector: this.#random.pick(SECTORS) } };
  }

  ofDisbursement() {
    const branch = this.#random.weighted(BRANCHES);
    const creditor = this.#random.weighted(CREDITORS);
    return { info: { branch }, ...(creditor !== null && { pledge_creditor: creditor }) };
  }
}

/** Facilities of the creditors to whom disbursements of a sample are pledged. */
export function sampleFacilities(asOf: SampleDay): Readonly<Record<string, object>> {
  const effective_date = addMonths(asOf, -36);
  return {
    "harbour-usd": {
      name: "Harbour warehouse line",
      currency: "USD",
      creditor: "Harbour Credit Fund",
      commitment: 400_000,
      drawn: 150_000,
      advance_rate: 0.8,
      effective_date,
      eligibility: [{ max_days_past_due: 30 }, { no_write_off: true }, { max_extensions: 1 }],
      limits: [
        { by: "client_id", max_share: 0.1 },
        { by: "country", max_share: 0.35 },
        { by: "info.branch", max_share: 0.5, values: ["north"] },
      ],
      covenants: [
        { code: "par30", max: 0.15 },
        { code: "largest_client_share", max: 0.2 },
        { code: "pool_outstanding", min: 200_000 },
      ],
    },
    "trade-bank-eur": {
      name: "Trade Bank credit line",
      currency: "EUR",
      creditor: "First Trade Bank",
      commitment: 100_000,
      drawn: 25_000,
      advance_rate: 0.7,
      effective_date,
      eligibility: [{ max_days_past_due: 60 }],
      limits: [],
      covenants: [{ code: "average_remaining_days", max: 365 }],
    },
  };
}
