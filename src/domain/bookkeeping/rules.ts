import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { AccountCode } from "../ledger/accounts.ts";
import { mirror } from "../ledger/journal.ts";
import type { Loan, PaidFacts, PaymentFacts, TermsRow } from "../position/facts.ts";
import { atLeastZero, lesser, receivedParts } from "../position/parts.ts";
import { receivedOn } from "../position/receipts.ts";
import { startOf } from "../position/terms.ts";

/*
 * From records to books (docs/bookkeeping.md#the-rules). What is booked for a record depends only on that record and the
 * tenant's time zone, never on a balance, another payment or the order of events. So it can be computed again at any
 * time.
 */

/** One amount moved: the same minor units, more than 0, debited to one account and credited to another. */
export interface Move {
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly amount_minor: bigint;
}

/** A part of a record's position: one entry on one day. */
export interface BookPart {
  /** Identifies the part within its record: `origination`, `change:<sequence of its event>` or `receipt`. */
  readonly name: string;
  readonly day: Day;
  readonly currency: string;
  readonly moves: readonly Move[];
}

const CASH = "1000";
const PRINCIPAL = "1100";
const MARGIN = "1400";
const CLEARING = "2100";
const UNEARNED = "2300";
const MARGIN_INCOME = "4100";
const FEE_INCOME = "4200";
const RECOVERY_INCOME = "4300";
const CREDIT_LOSS = "5100";

type Rule<Name extends string> = readonly [amount: Name, debit: AccountCode, credit: AccountCode];

/** A disbursement as it was created, on the day on which it starts. */
const ORIGINATION: readonly Rule<"amount" | "margin">[] = [
  ["amount", PRINCIPAL, CLEARING],
  ["margin", MARGIN, UNEARNED],
];

/** A change of terms, on its change date: a raise undoes earlier write-offs before it lends more. */
const CHANGE: readonly Rule<"written_off" | "recovered" | "lent" | "rebated" | "margin_raised">[] = [
  ["written_off", CREDIT_LOSS, PRINCIPAL],
  ["recovered", PRINCIPAL, CREDIT_LOSS],
  ["lent", PRINCIPAL, CLEARING],
  ["rebated", UNEARNED, MARGIN],
  ["margin_raised", MARGIN, UNEARNED],
];

/** A paid payment, on the day on which it arrived: the margin is earned when it is paid. */
const RECEIPT: readonly Rule<"principal" | "margin" | "earned" | "upfront_fee" | "recovered">[] = [
  ["principal", CASH, PRINCIPAL],
  ["margin", CASH, MARGIN],
  ["earned", UNEARNED, MARGIN_INCOME],
  ["upfront_fee", CASH, FEE_INCOME],
  ["recovered", CASH, RECOVERY_INCOME],
];

/** The moves for a rule's amounts, without those of 0 and those that are absent. */
function moves<Name extends string>(
  rules: readonly Rule<Name>[],
  amounts: { readonly [name in Name]?: bigint },
): readonly Move[] {
  return rules.flatMap(([name, debit, credit]) => {
    const amount_minor = amounts[name];
    return amount_minor !== undefined && amount_minor > 0n ? [{ debit, credit, amount_minor }] : [];
  });
}

/** The parts of a live disbursement: its origination, and each accepted change of a term. A change keeps its day. */
export function disbursementParts(
  { disbursement, terms }: Omit<Loan, "payments">,
  calendar: Calendar,
): readonly BookPart[] {
  const { currency } = disbursement;
  const [first, ...later] = terms;
  const origination = moves(ORIGINATION, {
    amount: first.disbursement_amount,
    margin: first.total_expected_margin,
  });
  const parts: BookPart[] = [
    { name: "origination", day: startOf(disbursement, calendar), currency, moves: origination },
  ];
  let before: TermsRow = first;
  let writtenOff = 0n;
  for (const row of later) {
    const amounts = changeOf(before, row, writtenOff);
    writtenOff += amounts.written_off - amounts.recovered;
    before = row;
    parts.push({
      name: `change:${row.sequence}`,
      day: calendar.dayOf(row.on_date),
      currency,
      moves: moves(CHANGE, amounts),
    });
  }
  // A change of only the maturity moves no money.
  return parts.filter((part) => part.moves.length > 0);
}

function changeOf(before: TermsRow, after: TermsRow, writtenOff: bigint) {
  const amount = after.disbursement_amount - before.disbursement_amount;
  const margin = after.total_expected_margin - before.total_expected_margin;
  const raised = atLeastZero(amount);
  const recovered = lesser(raised, writtenOff);
  return {
    written_off: atLeastZero(-amount),
    recovered,
    lent: raised - recovered,
    rebated: atLeastZero(-margin),
    margin_raised: atLeastZero(margin),
  };
}

/** What a paid payment says was received: a marked recovery is one as a whole, installment 0 is the upfront fee. */
function receivedBy(payment: PaidFacts & Pick<PaymentFacts, "recovery">) {
  const { total, principal, fee } = receivedParts(payment);
  if (payment.recovery) return { recovered: total };
  if (payment.installment_number === 0) return { upfront_fee: fee };
  return { principal, margin: fee, earned: fee };
}

/** The parts of a live payment: none unless it is paid. A refund is the mirror image of a receipt. */
export function paymentParts(
  payment: PaidFacts & Pick<PaymentFacts, "status" | "currency" | "refund" | "recovery">,
  calendar: Calendar,
): readonly BookPart[] {
  if (payment.status !== "paid") return [];
  const { currency, refund } = payment;
  const received = moves(RECEIPT, receivedBy(payment));
  const day = receivedOn(payment, calendar);
  return [{ name: "receipt", day, currency, moves: refund ? mirror(received) : received }];
}

/** The change of the books by an event: entries to reverse, each on its own day, and entries to post. */
export interface BookChange<B extends BookPart> {
  readonly reverse: readonly B[];
  readonly post: readonly BookPart[];
}

/**
 * The change of a record's entries when its parts change: a removed part is reversed, a new one is posted, a changed
 * one is reversed and posted, an unchanged one is not touched.
 */
export function bookChange<B extends BookPart>(
  before: readonly B[],
  after: readonly BookPart[],
): BookChange<B> {
  const stays = (part: BookPart, others: readonly BookPart[]) => others.some((other) => isSame(part, other));
  return {
    reverse: before.filter((part) => !stays(part, after)),
    post: after.filter((part) => !stays(part, before)),
  };
}

function isSame(a: BookPart, b: BookPart): boolean {
  return (
    a.name === b.name &&
    a.day === b.day &&
    a.currency === b.currency &&
    a.moves.length === b.moves.length &&
    a.moves.every((move, index) => {
      const other = b.moves[index];
      return (
        move.debit === other?.debit &&
        move.credit === other.credit &&
        move.amount_minor === other.amount_minor
      );
    })
  );
}
