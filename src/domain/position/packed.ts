import type { Payment, Step } from "../tape/fields.ts";
import type { Attributes } from "./attributes.ts";
import type { Loan, PaymentFacts, RowEvent, TermsRow } from "./facts.ts";
import type { SelectableLoan } from "./from-records.ts";
import { NO_INFO, type OpenInfo } from "./open-info.ts";
import { byText } from "./order.ts";

/**
 * The facts of a disbursement in one text, for walks that compute only positions. It holds terms, rows of the schedule and
 * receipts; no ids of payments and no bank references. What the text says may change with `PACKED_FORMAT` only.
 */
export const PACKED_FORMAT = 2;

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

/** What was expected is 0 where it was never, 1 where it is what the payment says. */
type PackedPayment = readonly [
  kind: number,
  installment_number: Nullable<number>,
  due_date: string,
  total: Amount,
  principal: Nullable<Amount>,
  fee: Nullable<Amount>,
  expected: 0 | 1 | Expected,
  due_sequence: Nullable<number>,
  /** 0 where it is the due date. */
  payment_date: 0 | Nullable<string>,
  row_events?: readonly PackedEvent[],
];

type Expected = readonly [Amount, Nullable<Amount>, Nullable<Amount>, due_date: Nullable<string>];

/** What the event did not send is false. */
type PackedEvent = readonly [
  sequence: number,
  step: Step,
  change_date: Nullable<string>,
  status: false | Payment["status"],
  installment_number: false | Nullable<number>,
  due_date: false | string,
  total: false | Amount,
  principal: false | Nullable<Amount>,
  fee: false | Nullable<Amount>,
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
  const common = [
    kind,
    payment.installment_number,
    due_date,
    amount(payment.payment_total),
    amountOrNull(payment.payment_principal),
    amountOrNull(payment.payment_fee),
    packedExpected(payment),
    payment.due_sequence,
    payment_date === due_date ? 0 : payment_date,
  ] as const;
  return row_events === null ? common : [...common, row_events.map(packedEvent)];
}

function packedExpected(payment: PaymentFacts): PackedPayment[6] {
  const { expected_total, expected_principal, expected_fee, expected_due_date, due_date } = payment;
  if (expected_total === null) return 0;
  const isSame =
    expected_due_date === due_date &&
    expected_total === payment.payment_total &&
    expected_principal === payment.payment_principal &&
    expected_fee === payment.payment_fee;
  if (isSame) return 1;
  return [
    amount(expected_total),
    amountOrNull(expected_principal),
    amountOrNull(expected_fee),
    expected_due_date,
  ];
}

function packedEvent({ sequence, step, change_date, set }: RowEvent): PackedEvent {
  const { status = false, installment_number = false, due_date = false } = set;
  const { payment_total: total, payment_principal: principal, payment_fee: fee } = set;
  return [
    sequence,
    step,
    change_date,
    status,
    installment_number,
    due_date,
    total === undefined ? false : amount(total),
    principal === undefined ? false : amountOrNull(principal),
    fee === undefined ? false : amountOrNull(fee),
  ];
}

const amount = (minor: bigint): Amount => {
  const number = Number(minor);
  return Number.isSafeInteger(number) ? number : String(minor);
};

const amountOrNull = (minor: Nullable<bigint>): Nullable<Amount> => (minor === null ? null : amount(minor));

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

function unpackedPayment(packed: PackedPayment, index: number, currency: string): PaymentFacts {
  const [kind, installment_number, due_date, total, principal, fee, expected, due_sequence, paid, events] =
    packed;
  const payment_total = BigInt(total);
  const payment_principal = minorOrNull(principal);
  const payment_fee = minorOrNull(fee);
  const isSame = expected === 1;
  const other = isSame || expected === 0 ? NEVER_EXPECTED : expected;
  // One literal, so that all payments are objects of one shape: a walk unpacks a million of them.
  return {
    payment_id: String(FIRST_ID + index),
    status: STATUSES[kind % REFUND] ?? "canceled",
    currency,
    installment_number,
    due_date,
    payment_date: paid === 0 ? due_date : paid,
    payment_total,
    payment_principal,
    payment_fee,
    expected_total: isSame ? payment_total : minorOrNull(other[0]),
    expected_principal: isSame ? payment_principal : minorOrNull(other[1]),
    expected_fee: isSame ? payment_fee : minorOrNull(other[2]),
    expected_due_date: isSame ? due_date : other[3],
    due_sequence,
    bank_ref: null,
    refund: (kind & REFUND) !== 0,
    recovery: (kind & RECOVERY) !== 0,
    row_events: events?.map(unpackedEvent) ?? null,
  };
}

const NEVER_EXPECTED = [null, null, null, null] as const;

function unpackedEvent(packed: PackedEvent): RowEvent {
  const [sequence, step, change_date, status, installment_number, due_date, total, principal, fee] = packed;
  const set = {
    ...(status !== false && { status }),
    ...(installment_number !== false && { installment_number }),
    ...(due_date !== false && { due_date }),
    ...(total !== false && { payment_total: BigInt(total) }),
    ...(principal !== false && { payment_principal: minorOrNull(principal) }),
    ...(fee !== false && { payment_fee: minorOrNull(fee) }),
  };
  return { sequence, step, change_date, set };
}

const minorOrNull = (amount: Nullable<Amount>): Nullable<bigint> => (amount === null ? null : BigInt(amount));
