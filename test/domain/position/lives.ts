import fc from "fast-check";
import { it } from "vitest";
import type { Loan, PaymentFacts, RowEvent, TermsRow } from "../../../src/domain/position/facts.ts";
import { type LifeEvent, type ModelDisbursement, modelPayment } from "../../simulation/position-model.ts";

const SEED = 20261129;
const RUNS_OF_A_TEST = 50;
/** A mutant is noticed at the first life that fails; nobody reads its smallest one. */
const IS_MUTATED = "__mutant" in globalThis;

/**
 * A property in several tests, each with a seed of its own: the tool that tries the tests (CONTRIBUTING.md#try-a-test)
 * repeats only quick ones. A failure prints its seed and path.
 */
export function holds<Values>(name: string, property: fc.IProperty<Values>, tests = 20): void {
  const seeds = Array.from({ length: tests }, (_, index) => SEED + index);
  it.each(seeds)(`${name} (seed %i)`, (seed) =>
    fc.assert(property, { seed, numRuns: RUNS_OF_A_TEST, endOnFailure: IS_MUTATED }),
  );
}

/** Random lives of one disbursement, and the facts that a store holds after them. */
export interface Life {
  readonly one: ModelDisbursement;
  readonly events: readonly LifeEvent[];
}

const START = Date.UTC(2026, 0, 1);
export const day = fc
  .integer({ min: -5, max: 120 })
  .map((days) => new Date(START + days * 86_400_000).toISOString().slice(0, 10));
const instant = fc
  .tuple(day, fc.constantFrom("00:00:00", "03:30:00", "15:00:00", "23:59:59.5"))
  .map(([date, time]) => `${date}T${time}`);
const date = fc.oneof({ weight: 4, arbitrary: day }, { weight: 1, arbitrary: instant });
const amount = fc.integer({ min: 1, max: 40 }).map(BigInt);
const part = fc.integer({ min: 0, max: 20 }).map(BigInt);

/** A member that is left out once in `nils` times. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, nils = 2) =>
  fc.option(arbitrary, { nil: undefined, freq: nils });
/** A member that is sent once in five times. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const sent = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const ids = fc.constantFrom("P-1", "P-2", "P-3", "P-4", "P-5", "P-6");
const numbers = fc.constantFrom(null, null, 0, 1, 2, 2, 3, 4);
const status = fc.constantFrom("expected", "expected", "paid", "paid", "canceled");
const dated = fc.option(date, { freq: 2, nil: null });

const create = fc
  .record({
    payment_total: amount,
    fee: maybe(part),
    status: fc.constantFrom("expected", "expected", "expected", "paid"),
    due_date: date,
    payment_date: maybe(date),
    installment_number: numbers,
    mark: fc.constantFrom("", "", "", "", "refund", "recovery"),
  })
  .map(({ fee, mark, ...members }) => {
    const { payment_total: total } = members;
    const payment_fee = fee === undefined ? undefined : fee < total ? fee : total;
    const marks = mark === "" ? {} : { [mark]: true, status: "paid" };
    return sent({ ...members, payment_fee, ...marks });
  });

const update = fc
  .record({
    status: maybe(status, 4),
    payment_total: maybe(amount),
    payment_fee: rarely(fc.option(part, { nil: null })),
    payment_principal: rarely(fc.option(part, { nil: null })),
    due_date: maybe(date),
    payment_date: maybe(date),
    installment_number: rarely(numbers),
  })
  .map(sent);

type Draft = Omit<LifeEvent, "sequence">;

const paymentEvent: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ id: ids, change_date: dated, set: create }).map(asPayment("create")) },
  { weight: 6, arbitrary: fc.record({ id: ids, change_date: dated, set: update }).map(asPayment("update")) },
  {
    weight: 1,
    arbitrary: fc.record({ id: ids, change_date: dated, set: fc.constant({}) }).map(asPayment("delete")),
  },
);

function asPayment(step: Draft["step"]) {
  return ({ set, ...event }: Omit<Draft, "of" | "step">): Draft => {
    // One payment is in another currency than the disbursement.
    const currency = event.id === "P-6" ? "EUR" : "USD";
    return { of: "payment", step, ...event, set: step === "create" ? { ...set, currency } : set };
  };
}

const termsEvent: fc.Arbitrary<Draft> = fc
  .record({
    change_date: date,
    disbursement_amount: maybe(fc.integer({ min: 0, max: 120 }).map(BigInt)),
    total_expected_margin: maybe(fc.integer({ min: 0, max: 25 }).map(BigInt)),
    maturity_date: maybe(fc.oneof(day, fc.constantFrom("2026-03-01", "2026-03-15", "2026-04-01"))),
  })
  .map(({ change_date, ...set }) => ({
    of: "disbursement",
    step: "update",
    id: "D",
    change_date,
    set: sent(set),
  }));

/** Lives with up to `most` events after the create of the disbursement, before those go that ingest refuses; at least half. */
export const lives = (most: number): fc.Arbitrary<Life> =>
  fc
    .record({
      kind: fc.constantFrom("loan", "loan", "loan", "purchase"),
      start: date,
      disbursement_amount: fc.integer({ min: 1, max: 100 }).map(BigInt),
      total_expected_margin: fc.integer({ min: 0, max: 20 }).map(BigInt),
      maturity_date: fc.constantFrom("2026-03-01", "2026-03-15"),
      later: fc.array(
        fc.oneof({ weight: 3, arbitrary: paymentEvent }, { weight: 1, arbitrary: termsEvent }),
        {
          minLength: Math.floor(most / 2),
          maxLength: most,
        },
      ),
    })
    .map(({ kind, start, later, maturity_date, ...amounts }) => {
      const set = kind === "loan" ? { ...amounts, maturity_date } : amounts;
      const created: Draft = { of: "disbursement", step: "create", id: "D", change_date: null, set };
      return {
        one: { kind, currency: "USD", start } as const,
        events: inSequence(valid([created, ...later], kind)),
      };
    });

const inSequence = (drafts: readonly Draft[]) =>
  drafts.map((draft, index) => ({ sequence: index + 1, ...draft }));

/** Leaves out what ingest refuses: a create of what exists, a change of what does not, a maturity of a purchase. */
function valid(drafts: readonly Draft[], kind: string): Draft[] {
  const live = new Set<string>();
  return drafts.flatMap((draft) => {
    if (draft.of === "disbursement") {
      const { maturity_date, ...others } = draft.set;
      return [kind === "purchase" && maturity_date !== undefined ? { ...draft, set: others } : draft];
    }
    if (live.has(draft.id) === (draft.step === "create")) return [];
    if (draft.step === "create") live.add(draft.id);
    if (draft.step === "delete") live.delete(draft.id);
    return [draft];
  });
}

/** The facts that a store holds after the events. */
export function factsOf({ one, events }: Life): Loan {
  const rows: TermsRow[] = [];
  for (const { of, set, sequence, change_date } of events) {
    if (of !== "disbursement") continue;
    const before = rows.at(-1);
    const row = {
      sequence,
      on_date: change_date ?? one.start,
      disbursement_amount: (set.disbursement_amount ?? before?.disbursement_amount) as bigint,
      total_expected_margin: (set.total_expected_margin ?? before?.total_expected_margin) as bigint,
      maturity_date: (set.maturity_date ?? before?.maturity_date ?? null) as string | null,
    };
    const terms = ["disbursement_amount", "total_expected_margin", "maturity_date"] as const;
    if (!before || terms.some((term) => row[term] !== before[term])) rows.push(row);
  }
  const payments = Map.groupBy(
    events.filter(({ of }) => of === "payment"),
    ({ id }) => id,
  );
  return {
    disbursement: {
      disbursement_id: "D",
      kind: one.kind,
      currency: one.currency,
      client_id: one.kind === "loan" ? "C" : null,
      purchase_clients: one.kind === "loan" ? null : ["C"],
      disbursement_date: one.kind === "loan" ? one.start : null,
      payment_date: one.kind === "loan" ? null : one.start,
    },
    terms: rows as [TermsRow, ...TermsRow[]],
    payments: [...payments].flatMap(([id, own]) => paymentFacts(id, own)),
  };
}

function paymentFacts(payment_id: string, events: readonly LifeEvent[]): PaymentFacts[] {
  const dated = events.some(({ change_date }) => change_date !== null);
  const record = modelPayment(events);
  // A deleted record keeps its last values.
  const last =
    record ??
    modelPayment(events.filter(({ step }, index) => step !== "delete" || index < events.length - 1));
  if (!last || (!record && !dated)) return [];
  return [
    {
      payment_id,
      // A deleted payment is canceled: only its dated events count.
      status: record === null ? "canceled" : (last.status as PaymentFacts["status"]),
      currency: last.currency,
      installment_number: last.number,
      due_date: last.due_date,
      payment_date: last.payment_date,
      payment_total: last.total,
      payment_principal: last.principal,
      payment_fee: last.fee,
      expected_total: last.was?.total ?? null,
      expected_principal: last.was?.principal ?? null,
      expected_fee: last.was?.fee ?? null,
      expected_due_date: last.was?.due_date ?? null,
      bank_ref: last.bank_ref,
      refund: last.refund,
      recovery: last.recovery,
      due_sequence: last.was?.sequence ?? 0,
      row_events: dated ? events.map(rowEvent) : null,
    },
  ];
}

const rowEvent = ({ sequence, step, change_date, set }: LifeEvent): RowEvent => ({
  sequence,
  step,
  change_date,
  set: set as RowEvent["set"],
});
