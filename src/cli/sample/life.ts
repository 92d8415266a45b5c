import { addDays, addMonths, type SampleDay } from "./calendar.ts";
import { type Envelope, update } from "./envelope.ts";
import type { Random } from "./random.ts";
import type { SampleAgreement, SampleInstallment } from "./terms.ts";

/** How the borrower behaves after the disbursement. */
type Behaviour = "punctual" | "late" | "partial" | "arrears" | "default" | "extended" | "early" | "insured";

export const BEHAVIOURS: readonly (readonly [Behaviour, number])[] = [
  ["punctual", 50],
  ["late", 16],
  ["partial", 8],
  ["arrears", 8],
  ["default", 4],
  ["extended", 6],
  ["early", 4],
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

  cancel({ id }: SampleInstallment, day: SampleDay): void {
    this.add(day, update("payment", { payment_id: id, status: "canceled" }));
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
  const rest = {
    payment_id: `${installment.id}-R`,
    disbursement_id: agreement.id,
    ...(agreement.payer && { client_id: agreement.payer }),
    status: "paid",
    due_date: installment.due,
    payment_date: `${restDay}T10:30:00Z`,
    payment_total: agreement.amount(installment.total - part),
    installment_number: installment.number,
    currency: agreement.currency,
  };
  life.add(restDay, { category: "payment", data: { step: "create", ...rest } });
}

const punctually = (life: Life, installment: SampleInstallment): void =>
  life.pay(installment, addDays(installment.due, life.random.integer(-3, 1)));

/** Pays a while and then nothing; the lender writes the rest off after half a year. */
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
    life.add(day, update("payment", { payment_id: installment.id, due_date }));
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
  for (const installment of saved) life.cancel(installment, day);
  if (fees > 0) {
    life.changeTerms(day, "Repaid early", { total_expected_margin: amount(margin - fees) });
  }
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
  if (behaviour === "early") payEarly(life);
  return life.events
    .filter(({ day }) => day <= asOf)
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
