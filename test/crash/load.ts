import { individual } from "../support/examples.ts";

type Data = Readonly<Record<string, unknown>>;

/** A request of the load, sent again with the same key until it is answered. */
export interface Step {
  readonly key: string;
  readonly path: "/ingest" | "/v1/disbursements" | "/v1/reversals";
  readonly body: Data;
  /** The key of the posting that this step reverses: its entry is known once that posting is answered. */
  readonly reverses?: string;
}

export const ingest = (key: string, category: string, data: Data): Step => ({
  key,
  path: "/ingest",
  body: { category, data },
});

/** Numbers from 0 to 1 that one seed always repeats (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The life of one loan: agreed, changed a few times, used for an asset, paid, and now and then given up. */
function lifeOf(loan: string, random: () => number): readonly (readonly [category: string, data: Data])[] {
  const amount = () => Math.floor(100_000 + random() * 1_000_000) / 100;
  const day = () => `2026-${String(1 + Math.floor(random() * 12)).padStart(2, "0")}-15`;
  const update = (terms: Data) => ({
    step: "update",
    disbursement_id: loan,
    change_date: "2025-03-01",
    change_reason: "Client request",
    ...terms,
  });
  const operation_id = `OP-${loan}`;
  return [
    [
      "disbursement",
      {
        step: "create",
        disbursement_id: loan,
        kind: "loan",
        client_id: individual.client_id,
        disbursement_amount: amount(),
        total_expected_margin: amount(),
        currency: "USD",
        disbursement_date: "2024-10-20T12:34:56Z",
        maturity_date: "2025-10-20",
      },
    ],
    ["disbursement", update({ maturity_date: day() })],
    [
      "operation",
      {
        step: "create",
        operation_id,
        disbursement_id: loan,
        operation_name: "Lease",
        asset_id: "A-1",
        asset_condition: "new",
      },
    ],
    ["disbursement", update({ total_expected_margin: amount(), disbursement_amount: amount() })],
    [
      "payment",
      {
        step: "create",
        payment_id: `PAY-${loan}`,
        disbursement_id: loan,
        payment_total: 5.01,
        currency: "USD",
        status: "expected",
        due_date: "2025-01-31",
      },
    ],
    ["operation", { step: "update", operation_id, asset_condition: "worn" }],
    ["disbursement", update({ maturity_date: day(), disbursement_amount: amount() })],
    ...(random() < 0.3
      ? ([["disbursement", { step: "delete", disbursement_id: loan }]] as const)
      : ([["disbursement", update({ total_expected_margin: amount() })]] as const)),
  ];
}

/** The ledger's postings of the loan: one or two disbursements, some of them reversed. */
function postingsOf(loan: string, place: number, random: () => number): readonly Step[] {
  const key = (name: string) => `crash-${loan}-${name}`;
  const disburse = (name: string): Step => ({
    key: key(name),
    path: "/v1/disbursements",
    body: {
      loan_id: `00000000-0000-4000-8000-${String(place).padStart(12, "0")}`,
      borrower_id: "11111111-1111-1111-1111-111111111111",
      amount_minor: String(1 + Math.floor(random() * 1_000_000)),
      currency: "USD",
      effective_at: "2024-10-20",
      method: "ach",
      destination_ref: "ACCT-1",
    },
  });
  const reverse: Step = {
    key: key("reversal"),
    path: "/v1/reversals",
    body: { reason_code: "duplicate" },
    reverses: key("posting-1"),
  };
  return [
    disburse("posting-1"),
    ...(random() < 0.5 ? [disburse("posting-2")] : []),
    ...(random() < 0.4 ? [reverse] : []),
  ];
}

/** `lanes` lists of steps; those of one list come one after another, because each needs the one before. */
export function planLoad(
  random: () => number,
  lanes: number,
  loansPerLane: number,
): readonly (readonly Step[])[] {
  return Array.from({ length: lanes }, (_, lane) =>
    Array.from({ length: loansPerLane }, (__, index) => {
      const loan = `L-${lane}-${index}`;
      const records = lifeOf(loan, random).map(([category, data], step) =>
        ingest(`crash-${loan}-${step}`, category, data),
      );
      return [...records, ...postingsOf(loan, lane * loansPerLane + index, random)];
    }).flat(),
  );
}
