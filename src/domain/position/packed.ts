import type { Payment, Step } from "../tape/fields.ts";
import type { Attributes } from "./attributes.ts";
import { type Loan, type PaymentFacts, PLAIN_PAYMENT, type RowEvent, type TermsRow } from "./facts.ts";
import type { SelectableLoan } from "./from-records.ts";
import { NO_INFO, type OpenInfo } from "./open-info.ts";
import { byText } from "./order.ts";
import { restored, saved } from "./saved.ts";

/**
 * The facts of a disbursement in one text, for walks that compute only positions. It holds terms, rows of the schedule and
 * receipts; no ids of payments and no bank references. What the text says may change with `PACKED_FORMAT` only.
 */
export const PACKED_FORMAT = 1;

/** An amount of minor units; text where a number would lose digits. */
type Amount = number | string;
type Nullable<T> = T | null;

type PackedTerms = readonly [
  sequence: number,
  on_date: string,
  amount: Amount,
  margin: Amount,
  maturity_date: Nullable<string>,
  pledge_creditor: Nullable<string>,
];

type Parts = readonly [total: Amount, principal: Nullable<Amount>, fee: Nullable<Amount>];

/** What was expected is 0 where it was never, 1 where it is what the payment says. */
type PackedPayment = readonly [
  kind: number,
  installment_number: Nullable<number>,
  due_date: string,
  parts: Parts,
  expected: 0 | 1 | readonly [...Parts, due_date: Nullable<string>],
  due_sequence: Nullable<number>,
  /** 0 where it is the due date. */
  payment_date: 0 | Nullable<string>,
  row_events?: string,
];

type Packed = readonly [
  disbursement: Pick<
    Loan["disbursement"],
    "kind" | "currency" | "client_id" | "purchase_clients" | "disbursement_date" | "payment_date"
  >,
  attributes: readonly [
    country: Nullable<string>,
    insurer_name: Nullable<string>,
    info: readonly (readonly [string, string])[],
    client_info: readonly (readonly [string, string])[],
  ],
  terms: readonly PackedTerms[],
  payments: readonly PackedPayment[],
];

const STATUSES = ["expected", "paid", "canceled"] as const satisfies readonly Payment["status"][];
const REFUND = 4;
const RECOVERY = 8;

/** Packs a disbursement with its attributes. */
export function packFacts({ loan, attributes }: SelectableLoan): string {
  const { disbursement_id: _, ...disbursement } = loan.disbursement;
  const { kind, currency, client_id, purchase_clients, disbursement_date, payment_date } = disbursement;
  const { country, insurer_name, info, client_info, pledges } = attributes;
  const terms = loan.terms.map(
    (row, index): PackedTerms => [
      row.sequence,
      row.on_date,
      amount(row.disbursement_amount),
      amount(row.total_expected_margin),
      row.maturity_date,
      pledges[index]?.pledge_creditor ?? null,
    ],
  );
  const rest = loan.payments
    .filter((payment) => payment.currency === currency)
    .filter(({ status, row_events }) => status !== "canceled" || row_events !== null)
    .toSorted((a, b) => byText(a.payment_id, b.payment_id));
  const all: Packed = [
    { kind, currency, client_id, purchase_clients, disbursement_date, payment_date },
    [country, insurer_name, [...info], [...client_info]],
    terms,
    rest.map(packedPayment),
  ];
  return JSON.stringify(all);
}

function packedPayment(payment: PaymentFacts): PackedPayment {
  const { status, due_date, payment_date, refund, recovery, row_events } = payment;
  const kind = STATUSES.indexOf(status) + (refund ? REFUND : 0) + (recovery ? RECOVERY : 0);
  const parts = partsOf(payment.payment_total, payment.payment_principal, payment.payment_fee);
  const common = [
    kind,
    payment.installment_number,
    due_date,
    parts,
    packedExpected(payment, parts),
    payment.due_sequence,
    payment_date === due_date ? 0 : payment_date,
  ] as const;
  return row_events === null ? common : [...common, saved(row_events)];
}

function packedExpected(payment: PaymentFacts, parts: Parts): PackedPayment[4] {
  const { expected_total, expected_principal, expected_fee, expected_due_date, due_date } = payment;
  if (expected_total === null) return 0;
  const expected = partsOf(expected_total, expected_principal, expected_fee);
  const isSame = expected_due_date === due_date && expected.every((part, index) => part === parts[index]);
  return isSame ? 1 : [...expected, expected_due_date];
}

const partsOf = (total: bigint, principal: Nullable<bigint>, fee: Nullable<bigint>): Parts => [
  amount(total),
  principal === null ? null : amount(principal),
  fee === null ? null : amount(fee),
];

const amount = (minor: bigint): Amount => {
  const number = Number(minor);
  return Number.isSafeInteger(number) ? number : String(minor);
};

/** Unpacks a disbursement. Its payments have other ids, in the same order. */
export function unpackFacts(disbursement_id: string, text: string): SelectableLoan {
  const [disbursement, [country, insurer_name, info, client_info], terms, payments]: Packed =
    JSON.parse(text);
  const [first, ...changes] = terms.map(unpackedTerms);
  if (!first) throw new Error("packed facts have the terms that the disbursement was created with");
  const { currency } = disbursement;
  const attributes: Attributes = {
    country,
    insurer_name,
    info: openInfoOf(info),
    client_info: openInfoOf(client_info),
    pledges: terms.map(([, on_date, , , , pledge_creditor]) => ({ on_date, pledge_creditor })),
  };
  const rest = payments.map((payment, index) => unpackedPayment(payment, index, currency));
  return {
    loan: {
      disbursement: { disbursement_id, ...disbursement },
      terms: [first, ...changes],
      payments: rest,
    },
    attributes,
  };
}

const openInfoOf = (values: readonly (readonly [string, string])[]): OpenInfo =>
  values.length === 0 ? NO_INFO : new Map(values);

const unpackedTerms = ([sequence, on_date, amount, margin, maturity_date]: PackedTerms): TermsRow => ({
  sequence,
  on_date,
  disbursement_amount: BigInt(amount),
  total_expected_margin: BigInt(margin),
  maturity_date,
});

/** Ids that sort as the numbers that they are. */
const FIRST_ID = 10 ** 9;

function unpackedPayment(
  [kind, installment_number, due_date, parts, expected, due_sequence, payment_date, events]: PackedPayment,
  index: number,
  currency: string,
): PaymentFacts {
  const [payment_total, payment_principal, payment_fee] = amountsOf(parts);
  const own = { payment_total, payment_principal, payment_fee };
  return {
    ...PLAIN_PAYMENT,
    payment_id: String(FIRST_ID + index),
    status: STATUSES[kind % REFUND] ?? "canceled",
    currency,
    installment_number,
    due_date,
    payment_date: payment_date === 0 ? due_date : payment_date,
    ...own,
    ...expectedOf(expected, own, due_date),
    due_sequence,
    refund: (kind & REFUND) !== 0,
    recovery: (kind & RECOVERY) !== 0,
    row_events:
      events === undefined ? null : restored<readonly (RowEvent & { readonly step: Step })[]>(events),
  };
}

type OwnAmounts = Pick<PaymentFacts, "payment_total" | "payment_principal" | "payment_fee">;
type ExpectedFacts = Pick<
  PaymentFacts,
  "expected_total" | "expected_principal" | "expected_fee" | "expected_due_date"
>;

const NEVER_EXPECTED: ExpectedFacts = {
  expected_total: null,
  expected_principal: null,
  expected_fee: null,
  expected_due_date: null,
};

function expectedOf(packed: PackedPayment[4], own: OwnAmounts, due_date: string): ExpectedFacts {
  if (packed === 0) return NEVER_EXPECTED;
  if (packed === 1) {
    return {
      expected_total: own.payment_total,
      expected_principal: own.payment_principal,
      expected_fee: own.payment_fee,
      expected_due_date: due_date,
    };
  }
  const [total, principal, fee, expected_due_date] = packed;
  const [expected_total, expected_principal, expected_fee] = amountsOf([total, principal, fee]);
  return { expected_total, expected_principal, expected_fee, expected_due_date };
}

const amountsOf = ([total, principal, fee]: Parts) =>
  [BigInt(total), principal === null ? null : BigInt(principal), fee === null ? null : BigInt(fee)] as const;
