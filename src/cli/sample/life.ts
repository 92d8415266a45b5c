import { addDays, addMonths, type SampleDay } from "./calendar.ts";
import { create, type Envelope, update } from "./envelope.ts";
import type { Random } from "./random.ts";
import type { SampleAgreement, SampleInstallment } from "./terms.ts";

/** How the borrower behaves after the disbursement. */
type Behaviour =
  | "punctual"
  | "late"
  | "partial"
  | "arrears"
  | "default"
  | "extended"
  | "restructured"
  | "early"
  | "lump"
  | "insured";

export const BEHAVIOURS: readonly (readonly [Behaviour, number])[] = [
  ["punctual", 50],
  ["late", 16],
  ["partial", 8],
  ["arrears", 8],
  ["default", 4],
  ["extended", 6],
  ["restructured", 4],
  ["early", 4],
  ["lump", 4],
  ["insured", 4],
];

/** An event of a life, with the day on which it happens. */
interface Dated {
  readonly day: SampleDay;
  readonly envelope: Envelope;
}

type Data = Readonly<Record<string, unknown>>;

/** Collects what happens to one disbursement. */
class Life {
  readonly events: Dated[] = [];
  readonly agreement: SampleAgreement;
  readonly random: Random;

  constructor(agreement: SampleAgreement, random: Random) {
    this.agreement = agreement;
    this.random = random;
  }

  add(day: SampleDay, envelope: Envelope): void {
    this.events.push({ day, envelope });
  }

  changeTerms(day: SampleDay, change_reason: string, terms: Data): void {
    const { id } = this.agreement;
    this.add(day, update("disbursement", { disbursement_id: id, change_date: day, change_reason, ...terms }));
  }

  pay({ id }: SampleInstallment, day: SampleDay, more: Data = {}): void {
    this.add(
      day,
      update("payment", { payment_id: id, status: "paid", payment_date: `${day}T10:30:00Z`, ...more }),
    );
  }

  /** From this day on the schedule is another one; it was as agreed on the days before. */
  reschedule({ id }: SampleInstallment, day: SampleDay, members: Data): void {
    this.add(day, update("payment", { payment_id: id, change_date: day, ...members }));
  }

  /** A payment besides the installments; it is paid or expected as `members` say. */
  create(day: SampleDay, payment_id: string, members: Data): void {
    const { id, payer, currency } = this.agreement;
    const common = { payment_id, disbursement_id: id, ...(payer !== null && { client_id: payer }), currency };
    this.add(day, create("payment", { ...common, ...members }));
  }

  /** Money that came in besides the installments. */
  receive(day: SampleDay, payment_id: string, total: number, more: Data = {}): void {
    const payment_date = `${day}T10:30:00Z`;
    const payment_total = this.agreement.amount(total);
    this.create(day, payment_id, { status: "paid", due_date: day, payment_date, payment_total, ...more });
  }
}

/** Pays part of the installment; in half of the cases pays the rest some weeks later, as a separate payment. */
function payInPart(life: Life, installment: SampleInstallment): void {
  const { random, agreement } = life;
  const part = Math.max(1, Math.floor((installment.total * random.integer(30, 80)) / 100));
  const day = addDays(installment.due, random.integer(0, 10));
  life.pay(installment, day, { payment_total: agreement.amount(part) });
  if (part === installment.total || random.chance(0.5)) return;
  const restDay = addDays(day, random.integer(10, 45));
  const { id, number: installment_number, due: due_date } = installment;
  life.receive(restDay, `${id}-R`, installment.total - part, { due_date, installment_number });
}

const punctually = (life: Life, installment: SampleInstallment): void =>
  life.pay(installment, addDays(installment.due, life.random.integer(-3, 1)));

/** Pays a while and then nothing; the lender writes the rest off after half a year, and may recover some of it. */
function stopPaying(life: Life, writeOff: boolean, insured: boolean): void {
  const { installments, amount, principal } = life.agreement;
  const stop = Math.floor(installments.length * life.random.integer(20, 70) * 0.01);
  for (const installment of installments.slice(0, stop)) punctually(life, installment);
  const [unpaid] = installments.slice(stop);
  if (unpaid === undefined || !writeOff) return;
  const day = addDays(unpaid.due, 180);
  const repaid = installments.slice(0, stop).reduce((sum, installment) => sum + installment.principal, 0);
  if (insured) life.pay(unpaid, addDays(day, -30), { source: "insurer", bank_ref: "CLAIM-1" });
  const share = life.random.chance(0.5) ? 100 : life.random.integer(40, 90);
  const lost = Math.floor(((principal - repaid) * share) / 100);
  life.changeTerms(day, "Written off after 180 days without a payment", {
    disbursement_amount: amount(principal - lost),
  });
  const recovered = Math.floor((lost * life.random.integer(5, 40)) / 100);
  if (!insured && recovered > 0 && life.random.chance(0.6)) {
    const recoveredOn = addDays(day, life.random.integer(40, 200));
    life.receive(recoveredOn, `${unpaid.id}-V`, recovered, { recovery: true, source: "other" });
  }
}

/** Gives the second half of the schedule three more months. */
function extend(life: Life): void {
  const { installments, maturity, kind } = life.agreement;
  const half = Math.ceil(installments.length / 2);
  for (const installment of installments.slice(0, half)) punctually(life, installment);
  const [next] = installments.slice(half);
  if (next === undefined) return;
  const day = addDays(next.due, -5);
  if (kind === "loan") {
    life.changeTerms(day, "Client asked for three more months", { maturity_date: addMonths(maturity, 3) });
  }
  for (const installment of installments.slice(half)) {
    const due_date = addMonths(installment.due, 3);
    life.reschedule(installment, day, { due_date });
    life.pay(installment, addDays(due_date, life.random.integer(-2, 6)));
  }
}

/** Pays the rest of the principal at once; the fees of the months saved are a rebate. */
function payEarly(life: Life): void {
  const { installments, amount, margin } = life.agreement;
  const half = Math.ceil(installments.length / 2);
  for (const installment of installments.slice(0, half)) punctually(life, installment);
  const [last, ...saved] = installments.slice(half);
  if (last === undefined) return;
  const fees = saved.reduce((sum, { fee }) => sum + fee, 0);
  const principal = saved.reduce((sum, installment) => sum + installment.principal, last.principal);
  const day = addDays(last.due, -1);
  life.pay(last, day, {
    payment_total: amount(principal + last.fee),
    payment_principal: amount(principal),
    payment_fee: amount(last.fee),
  });
  for (const installment of saved) life.reschedule(installment, day, { status: "canceled" });
  if (fees > 0) {
    life.changeTerms(day, "Repaid early", { total_expected_margin: amount(margin - fees) });
  }
}

/** Misses installments; then the lender spreads what is open over as many months again, from one day on. */
function restructure(life: Life): void {
  const { installments, kind, amount } = life.agreement;
  const paid = Math.floor(installments.length / 3);
  for (const installment of installments.slice(0, paid)) punctually(life, installment);
  const open = installments.slice(paid);
  const [missed] = open;
  if (missed === undefined) return;
  const day = addDays(missed.due, life.random.integer(35, 60));
  const shift = open.filter(({ due }) => due <= day).length;
  const last = addMonths(open.at(-1)?.due ?? day, shift);
  if (kind === "loan") life.changeTerms(day, "Restructured", { maturity_date: last });
  for (const installment of open) life.reschedule(installment, day, { status: "canceled" });
  for (const installment of open) {
    const { id, number: installment_number } = installment;
    const due = addMonths(installment.due, shift);
    const payment_total = amount(installment.total);
    const parts = { payment_principal: amount(installment.principal), payment_fee: amount(installment.fee) };
    const expected = { status: "expected", due_date: due, payment_total, ...parts, installment_number };
    life.create(day, `${id}-N`, { ...expected, change_date: day });
    const paidOn = addDays(due, life.random.integer(-3, 5));
    life.pay({ ...installment, id: `${id}-N` }, paidOn < day ? day : paidOn);
  }
}

/** Pays some installments, then a sum that covers several of the next ones. */
function payLumpSum(life: Life): void {
  const { installments } = life.agreement;
  const third = Math.ceil(installments.length / 3);
  for (const installment of installments.slice(0, third)) punctually(life, installment);
  const covered = installments.slice(third, 2 * third);
  const [first] = covered;
  if (first === undefined) return;
  const total = covered.reduce((sum, installment) => sum + installment.total, 0);
  life.receive(addDays(first.due, -life.random.integer(1, 10)), `${first.id}-L`, total);
  for (const installment of installments.slice(2 * third)) punctually(life, installment);
}

/** What happens to a disbursement after its schedule is agreed, without days after `asOf`. */
export function sampledLife(
  agreement: SampleAgreement,
  behaviour: Behaviour,
  asOf: SampleDay,
  random: Random,
): readonly Dated[] {
  const life = new Life(agreement, random);
  const { installments } = agreement;
  if (behaviour === "punctual") for (const installment of installments) punctually(life, installment);
  if (behaviour === "late") {
    for (const installment of installments) {
      const late = random.chance(0.6) ? random.integer(4, 40) : random.integer(-2, 1);
      life.pay(installment, addDays(installment.due, late));
    }
  }
  if (behaviour === "partial") {
    for (const installment of installments) {
      if (random.chance(0.35)) payInPart(life, installment);
      else punctually(life, installment);
    }
  }
  if (behaviour === "arrears") stopPaying(life, false, false);
  if (behaviour === "default") stopPaying(life, true, false);
  if (behaviour === "insured") stopPaying(life, true, true);
  if (behaviour === "extended") extend(life);
  if (behaviour === "restructured") restructure(life);
  if (behaviour === "early") payEarly(life);
  if (behaviour === "lump") payLumpSum(life);
  return life.events
    .filter(({ day }) => day <= asOf)
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
