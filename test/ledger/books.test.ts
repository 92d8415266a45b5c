import fc from "fast-check";
import { expect, it } from "vitest";
import { type Answer, Api } from "../support/api.ts";
import { runs } from "../support/runs.ts";
import { BORROWER, disburse, INT64_MAX, refusalOf, reverse } from "./post.ts";
import { accountSums, principalOwed } from "./read-books.ts";
import { expectSoundBooks, storedPostings } from "./stored-books.ts";

const SEED = 20_261_001;
const RUNS = runs(5, 15);
const TENANTS = 2;
const DAYS = ["2023-12-31", "2024-02-28", "2024-02-29", "2024-03-01", "9999-12-31"] as const;
const CURRENCIES = ["USD", "JPY", "BHD"] as const;

const amount = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 1_000_000n }) },
  { weight: 1, arbitrary: fc.constant(0n) },
  { weight: 1, arbitrary: fc.bigInt({ min: INT64_MAX / 3n, max: INT64_MAX }) },
);
const step = fc.oneof(
  fc.record({
    type: fc.constant("disburse" as const),
    tenant: fc.nat(TENANTS - 1),
    loan: fc.nat(4),
    amount,
    day: fc.constantFrom(...DAYS),
  }),
  fc.record({
    type: fc.constant("reverse" as const),
    tenant: fc.nat(TENANTS - 1),
    /** Which of the tenant's disbursements of the waves before, counted round. */
    target: fc.nat(),
    day: fc.constantFrom(...DAYS),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Each wave's steps are sent at the same time; some wish for what they must not get. */
const waves = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 });

interface Moved {
  readonly id: string;
  readonly loan: number;
  readonly day: string;
  /** Towards the borrower; negative where it was reversed. */
  readonly amount: bigint;
  /** The entry that this one reverses. */
  readonly reverses?: string;
}

const currencyOf = (loan: number) => CURRENCIES[loan % CURRENCIES.length] ?? "USD";

/** A tenant and what it should find in its books, kept from its own requests and their answers alone. */
class Customer {
  readonly api = new Api();
  readonly loans = Array.from({ length: 5 }, () => crypto.randomUUID());
  readonly disbursed: Moved[] = [];
  readonly reversals: Moved[] = [];

  get moved(): readonly Moved[] {
    return [...this.disbursed, ...this.reversals];
  }

  async disburse(loan: number, money: bigint, day: string): Promise<Moved | null> {
    const answer = await disburse(this.api, {
      loan_id: this.loans[loan],
      borrower_id: BORROWER,
      amount_minor: money.toString(),
      currency: currencyOf(loan),
      effective_at: day,
    });
    return accepted(answer, "amount_overflow") ? { id: idOf(answer), loan, day, amount: money } : null;
  }

  async reverse(target: Moved, day: string): Promise<Moved | null> {
    const answer = await reverse(this.api, target.id, { effective_at: day });
    const { loan } = target;
    if (day < target.day && refusalOf(answer)[1] === "validation_error") return null;
    return accepted(answer, "already_reversed", "amount_overflow")
      ? { id: idOf(answer), loan, day, amount: -target.amount, reverses: target.id }
      : null;
  }
}

const idOf = (answer: Answer): string => answer.body.journal_entry_id;

function accepted(answer: Answer, ...refusals: string[]): boolean {
  if (answer.status === 201) return true;
  expect(refusals).toContain(refusalOf(answer)[1]);
  return false;
}

async function runWave(customers: readonly Customer[], wave: readonly Step[]) {
  const known = customers.map(({ disbursed }) => [...disbursed]);
  await Promise.all(
    wave.map(async (one) => {
      const customer = customers[one.tenant];
      if (!customer) throw new Error("no such customer");
      if (one.type === "disburse") {
        const moved = await customer.disburse(one.loan, one.amount, one.day);
        if (moved) customer.disbursed.push(moved);
        return;
      }
      const targets = known[one.tenant] ?? [];
      const target = targets[one.target % targets.length];
      const moved = target ? await customer.reverse(target, one.day) : null;
      if (moved) customer.reversals.push(moved);
    }),
  );
}

const total = (moved: readonly Moved[]) => moved.reduce((sum, { amount: money }) => sum + money, 0n);

/** What the API tells of the customer's loans and accounts as of a day, against the model. */
async function expectBalances({ api, loans, moved }: Customer, day: string): Promise<void> {
  const until = moved.filter((one) => one.day <= day);
  for (const [loan, id] of loans.entries()) {
    if (!moved.some((one) => one.loan === loan)) continue;
    expect(await principalOwed(api, id, day)).toBe(
      total(until.filter((one) => one.loan === loan)).toString(),
    );
  }
  for (const currency of CURRENCIES) {
    const own = until.filter(({ loan }) => currencyOf(loan) === currency);
    // A reversed amount of 0 is on either side alike.
    const out = total(own.filter((one) => one.amount > 0n));
    const back = -total(own.filter((one) => one.amount < 0n));
    expect(await accountSums(api, "1100", currency, day)).toBe(`${out} ${back} ${out - back}`);
    expect(await accountSums(api, "2100", currency, day)).toBe(`${back} ${out} ${out - back}`);
  }
}

it("books stay balanced and correct after random concurrent postings and reversals", async () => {
  await fc.assert(
    fc.asyncProperty(waves, fc.constantFrom(...DAYS), async (some, day) => {
      const customers = Array.from({ length: TENANTS }, () => new Customer());
      for (const wave of some) await runWave(customers, wave);
      for (const customer of customers) {
        const { api, moved, reversals } = customer;
        await expectSoundBooks(api.tenant);
        expect(await storedPostings(api.tenant)).toHaveLength(moved.length);
        expect(new Set(moved.map(({ id }) => id)).size).toBe(moved.length);
        expect(new Set(reversals.map(({ reverses }) => reverses)).size).toBe(reversals.length);
        await expectBalances(customer, day);
        await expectBalances(customer, "9999-12-31");
      }
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
});
