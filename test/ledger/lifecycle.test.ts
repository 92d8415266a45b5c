import fc from "fast-check";
import { expect, it } from "vitest";
import { ACCOUNT_CODES, ACCOUNTS } from "../../src/domain/ledger/accounts.ts";
import { type Answer, Api } from "../support/api.ts";
import { eventsOf } from "../support/gate.ts";
import { accountSums, BORROWER, disburse, expectSoundBooks, reverse } from "./bookkeeper.ts";
import { accrue, linesOf, partsOf, send, settle } from "./lender.ts";
import { type Command, Model, type Outcome } from "./model.ts";

const SEED = 20_261_121;
const LOANS = 2;
const BANKS = ["main", "ops"] as const;
/** Today lies between them: some are long past and some are to come. */
const DAYS = [
  "2024-01-01",
  "2024-02-28",
  "2024-02-29",
  "2024-03-01",
  "2025-01-01",
  "2999-12-30",
  "9999-12-31",
];

const amount = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 300n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 61n, max: 2n ** 63n - 1n }) },
);
const wish = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant("disburse" as const) },
    { weight: 5, arbitrary: fc.constant("pay" as const) },
    { weight: 6, arbitrary: fc.constant("reverse" as const) },
    {
      weight: 14,
      arbitrary: fc.constantFrom(
        "settle" as const,
        "apply" as const,
        "apply" as const,
        "fee" as const,
        "fee" as const,
        "waive" as const,
        "accrue" as const,
        "chargeoff" as const,
        "recover" as const,
      ),
    },
    { weight: 1, arbitrary: fc.constant("fund" as const) },
  ),
  loan: fc.nat(LOANS - 1),
  amount,
  day: fc.constantFrom(...DAYS),
  bank: fc.constantFrom(...BANKS),
  /** Which entry, or what else a command chooses. */
  pick: fc.nat(),
  isOff: fc.boolean(),
});
type Wish = typeof wish extends fc.Arbitrary<infer One> ? One : never;

/** A tenant, and the model of what its books must be. */
class Lender {
  readonly api = new Api();
  readonly model = new Model();
  readonly loans = Array.from({ length: LOANS }, () => crypto.randomUUID());

  /** A command that may be accepted or not, as the books are now. */
  command({ kind, loan: index, amount: money, day, bank, pick, isOff }: Wish): Command | null {
    const loan = this.loans[index] ?? "";
    const ids = [...this.model.entries.keys()];
    const entry = ids[pick % Math.max(ids.length, 1)];
    switch (kind) {
      case "disburse":
        return { kind, loan, amount: isOff ? money : money - 1n, day };
      case "pay":
      case "recover":
        return { kind, loan, amount: money, day, bank };
      case "fee":
        return { kind, loan, amount: money, day };
      case "waive":
        return { kind, loan, amount: isOff ? money : (money % 20n) + 1n, day };
      case "apply":
        return { kind, loan, amount: isOff ? (money % 20n) + 1n : null, day };
      case "chargeoff":
        return { kind, loan, day };
      case "fund":
        return { kind, amount: money, out: isOff, day, bank };
      case "settle":
      case "reverse":
        return entry === undefined ? null : ({ kind, entry, day, bank } as Command);
      case "accrue": {
        const some = this.loans.filter((_, place) => ((pick >> place) & 1) === 1);
        const listed = some.map((one) => {
          const principal = this.model.balance(one, "1100", day) + (isOff && pick % 5 === 0 ? 1n : 0n);
          return [one, principal < 0n ? 0n : principal, money % 50n] as const;
        });
        return listed.length === 0 ? null : { kind, day, loans: listed };
      }
    }
  }

  send(command: Command): Promise<Answer> {
    const { api } = this;
    const { kind, day: effective_at } = command;
    const own = (loan_id: string, rest: object) => ({
      loan_id,
      borrower_id: BORROWER,
      effective_at,
      ...rest,
    });
    switch (kind) {
      case "disburse":
        return disburse(api, own(command.loan, { amount_minor: `${command.amount}` }));
      case "pay":
      case "recover": {
        const change = { amount_minor: `${command.amount}`, bank_account_ref: command.bank };
        return send(api, kind === "pay" ? "payments" : "recoveries", own(command.loan, change));
      }
      case "fee":
      case "waive": {
        const change = { amount_minor: `${command.amount}` };
        return send(api, kind === "fee" ? "fees" : "fee-waivers", own(command.loan, change));
      }
      case "apply": {
        const change = command.amount === null ? {} : { amount_minor: `${command.amount}` };
        return send(api, "suspense-applications", own(command.loan, change));
      }
      case "chargeoff":
        return send(api, "charge-offs", own(command.loan, {}));
      case "fund": {
        const { bank: bank_account_ref, out } = command;
        const direction = out ? "out" : "in";
        return send(api, "funding", {
          amount_minor: `${command.amount}`,
          direction,
          bank_account_ref,
          effective_at,
        });
      }
      case "settle":
        return settle(api, command.entry, { effective_at, bank_account_ref: command.bank });
      case "reverse":
        return reverse(api, command.entry, { effective_at });
      case "accrue": {
        const loans = command.loans.map(
          ([loan, principal, interest]) => [loan, `${principal}`, `${interest}`] as const,
        );
        return accrue(api, loans, { accrual_date: effective_at });
      }
    }
  }

  /** The lines of an accepted entry are the model's, and no balance was negative or is. */
  async expectEntry(id: string, outcome: Outcome): Promise<void> {
    if (outcome.refused !== null) throw new Error(`the model refuses it: ${outcome.refused}`);
    const lines = outcome.entry.moves.flatMap(({ debit, credit, amount: money }) => [
      `${debit} DR ${money}`,
      `${credit} CR ${money}`,
    ]);
    expect([...(await linesOf(this.api, id))].sort()).toEqual(lines.sort());
  }

  /** A statement in small pages: each page opens where the one before ended, and each day ends with its balance. */
  async expectStatement(loan: string): Promise<void> {
    const parts = (amounts: Record<string, string>) =>
      ["principal", "interest", "fees", "suspense"].map((part) => amounts[`${part}_minor`]);
    const lastOfDay = new Map<string, unknown>();
    let before: unknown = ["0", "0", "0", "0"];
    let items = 0;
    for (let token = ""; ; ) {
      const { body, text } = await this.api.get(`/v1/loans/${loan}/statement?page_size=3${token}`);
      expect(parts(body.opening), text).toEqual(before);
      for (const { effective_at, balance } of body.items) {
        before = parts(balance);
        lastOfDay.set(effective_at, before);
      }
      items += body.items.length;
      if (!body.next_page_token) break;
      token = `&page_token=${body.next_page_token}`;
    }
    const own = [...this.model.entries.values()].filter(({ moves }) =>
      moves.some((move) => move.loan === loan),
    );
    expect(items).toBe(own.length);
    expect([...lastOfDay.keys()]).toEqual([...lastOfDay.keys()].sort());
    for (const [day, balance] of lastOfDay) {
      const expected = ["1100", "1200", "1300", "2200"].map(
        (account) => `${this.model.balance(loan, account, day)}`,
      );
      expect([day, balance]).toEqual([day, expected]);
    }
  }

  async expectBooks(): Promise<void> {
    const { api, model, loans } = this;
    await expectSoundBooks(api.tenant);
    for (const day of ["0001-01-01", ...DAYS]) {
      for (const loan of loans.filter((one) => model.knows(one))) {
        const balances = ["1100", "1200", "1300", "2200"].map((account) => model.balance(loan, account, day));
        expect(balances.every((one) => one >= 0n)).toBe(true);
        expect([day, ...(await partsOf(api, loan, day))]).toEqual([day, ...balances.map(String)]);
      }
    }
    for (const loan of loans.filter((one) => model.knows(one))) await this.expectStatement(loan);
    const { body } = await api.get("/v1/trial-balance?currency=USD&as_of_date=2024-03-01");
    const sums = ACCOUNT_CODES.map((account) => model.sums(account, "2024-03-01"));
    const turnover = sums.reduce((sum, [debits]) => sum + debits, 0n).toString();
    expect([body.total_dr_minor, body.total_cr_minor]).toEqual([turnover, turnover]);
    for (const bank of BANKS) {
      const path = `/v1/accounts/1000/balance?currency=USD&as_of_date=9999-12-31&bank_account_ref=${bank}`;
      const [debits, credits] = model.sums("1000", "9999-12-31", bank);
      expect((await api.get(path)).body.normal_balance_minor).toBe(`${debits - credits}`);
    }
    for (const account of ACCOUNT_CODES) {
      for (const day of ["2024-02-29", "9999-12-31"]) {
        const [debits, credits] = model.sums(account, day);
        const normal = ACCOUNTS[account].normal === "DR" ? debits - credits : credits - debits;
        expect(await accountSums(api, account, "USD", day)).toBe(`${debits} ${credits} ${normal}`);
      }
    }
  }
}

/** The code of a refusal as the model names it: that of the field where there is one. */
const refusal = ({ body }: Answer): string => body.errors?.[0]?.code ?? body.code;

it("random commands, one after another, come to what an independent model says, refusals included", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 15, maxLength: 25 }), async (wishes) => {
      const lender = new Lender();
      const [day = ""] = DAYS;
      const opening = lender.loans.map((loan) => ({ kind: "disburse", loan, amount: 100n, day }) as const);
      const commands = [
        ...opening.map((one) => () => one),
        ...wishes.map((one) => () => lender.command(one)),
      ];
      for (const next of commands) {
        const command = next();
        if (!command) continue;
        const answer = await lender.send(command);
        const id: string = answer.body.journal_entry_id;
        const outcome = lender.model.run(command, id);
        const code = `${command.kind} ${outcome.refused ?? "accepted"}`;
        seen.set(code, (seen.get(code) ?? 0) + 1);
        expect([command, answer.status === 201 ? null : refusal(answer)]).toEqual([command, outcome.refused]);
        if (answer.status === 201) await lender.expectEntry(id, outcome);
      }
      await lender.expectBooks();
    }),
    { seed: SEED, numRuns: 25, endOnFailure: true },
  );
  // The seed reaches each of these: a property that never meets a case says nothing about it.
  const kinds = [
    "disburse",
    "settle",
    "pay",
    "apply",
    "fee",
    "waive",
    "accrue",
    "chargeoff",
    "recover",
    "fund",
    "reverse",
  ];
  expect(kinds.filter((kind) => !seen.has(`${kind} accepted`))).toEqual([]);
  expect(seen.has("reverse would_overdraw")).toBe(true);
});

it("random commands in groups come to what the model says when it takes them in the order of their events", async () => {
  const waves = fc.array(fc.array(wish, { minLength: 2, maxLength: 10 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(waves, async (some) => {
      const lender = new Lender();
      for (const wave of some) {
        const commands = wave.map((one) => lender.command(one)).filter((one) => one !== null);
        const answers = await Promise.all(commands.map((command) => lender.send(command)));
        const accepted = answers.flatMap(({ status, body }, index) =>
          status === 201 ? [{ id: String(body.journal_entry_id), command: commands[index] as Command }] : [],
        );
        const order = (await eventsOf(lender.api.tenant)).map(({ record_id }) => record_id);
        accepted.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
        for (const { id, command } of accepted) {
          await lender.expectEntry(id, lender.model.run(command, id));
        }
      }
      await lender.expectBooks();
    }),
    { seed: SEED, numRuns: 10, endOnFailure: true },
  );
});
