import fc from "fast-check";
import { type Command, LOSS, type Model } from "./model.ts";

/* Random commands of every kind, for any service that takes them. */

export const LOANS = 2;
export const BANKS = ["main", "ops"] as const;
/** Today lies between them: some are long past and some are to come. */
export const DAYS = [
  "2024-01-01",
  "2024-02-28",
  "2024-02-29",
  "2024-03-01",
  "2025-01-01",
  "2999-12-30",
  "9999-12-31",
];

/** Ends of months: the books are closed through one of them, or open. */
const MONTH_ENDS = [null, null, null, "2023-12-31", "2024-01-31", "2024-02-29", "2024-12-31"] as const;

const amount = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 300n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 61n, max: 2n ** 63n - 1n }) },
);
/** What a random command is made of. */
export const randomChoice = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant("disburse" as const) },
    { weight: 5, arbitrary: fc.constant("pay" as const) },
    { weight: 6, arbitrary: fc.constant("reverse" as const) },
    {
      weight: 18,
      arbitrary: fc.constantFrom(
        "settle" as const,
        "apply" as const,
        "apply" as const,
        "fee" as const,
        "fee" as const,
        "waive" as const,
        "waiveInterest" as const,
        "waiveInterest" as const,
        "accrue" as const,
        "accrue" as const,
        "refund" as const,
        "refund" as const,
        "chargeoff" as const,
        "chargeoff" as const,
        "recover" as const,
        "recover" as const,
      ),
    },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "fund" as const,
        "close" as const,
        "settleMany" as const,
        "settleMany" as const,
        "correct" as const,
        "correct" as const,
      ),
    },
  ),
  loan: fc.nat(LOANS - 1),
  amount,
  day: fc.constantFrom(...DAYS),
  bank: fc.constantFrom(...BANKS),
  /** Which entry, or what else a command chooses. */
  pick: fc.nat(),
  isOff: fc.boolean(),
});
export type RandomChoice = typeof randomChoice extends fc.Arbitrary<infer One> ? One : never;

type Taken = { readonly loan: string; readonly amount: bigint; readonly day: string };

/** The last day and loan on which an account has a balance, and an amount up to it. */
function takenFrom(model: Model, loans: readonly string[], account: string, money: bigint): Taken | null {
  for (const day of DAYS.toReversed()) {
    for (const loan of loans) {
      const most = model.balance(loan, account, day);
      if (most > 0n) return { loan, amount: (money % most) + 1n, day };
    }
  }
  return null;
}

/** A command that may be accepted or not, as the books are now. */
export function commandOf(
  { kind, loan: index, amount: money, day, bank, pick, isOff }: RandomChoice,
  model: Model,
  loans: readonly string[],
): Command | null {
  const loan = loans[index] ?? "";
  const ids = [...model.entries.keys()];
  const entry = ids[pick % Math.max(ids.length, 1)];
  const taken = (asked: Taken, account: string): Taken =>
    isOff ? asked : (takenFrom(model, loans, account, asked.amount) ?? asked);
  switch (kind) {
    case "disburse":
      return { kind, loan, amount: isOff ? money : money - 1n, day };
    case "pay":
      return { kind, loan, amount: money, day, bank };
    case "recover":
      return { kind, ...taken({ loan, amount: money, day }, LOSS), bank };
    case "refund":
      return { kind, ...taken({ loan, amount: money, day }, "2200"), bank };
    case "fee":
      return { kind, loan, amount: money, day };
    case "waive":
      return { kind, ...taken({ loan, amount: money, day }, "1300") };
    case "waiveInterest":
      return { kind, ...taken({ loan, amount: money, day }, "1200") };
    case "apply":
      return { kind, loan, amount: isOff ? (money % 20n) + 1n : null, day };
    case "chargeoff":
      return { kind, loan, day };
    case "fund":
      return { kind, amount: money, out: isOff, day, bank };
    case "settle":
      return entry === undefined ? null : { kind, entry, day, bank };
    case "settleMany": {
      const disbursed = ids.filter((id) => model.entries.get(id)?.type === "disbursement");
      const open = disbursed.filter((id) => isOff || !model.isSettled(id));
      const some = [...open.slice(-1 - (pick % 3)), ...(isOff && entry ? [entry] : [])];
      const items = some.map((one) => ({ entry: one, day: isOff ? day : "9999-12-31", bank }));
      return items.length === 0 ? null : { kind, items };
    }
    case "reverse":
      return entry === undefined ? null : { kind, entry, day: pick % 3 === 0 ? null : day };
    case "correct": {
      const accruals = ids.filter((id) => model.entries.get(id)?.type === "accrual");
      const accrual = isOff ? entry : accruals[pick % Math.max(accruals.length, 1)];
      const interest = pick % 2 === 0 ? 0n : money % 60n;
      const own = model.entries.get(accrual ?? "")?.moves[0]?.loan ?? loan;
      return accrual === undefined ? null : { kind, entry: accrual, loan: isOff ? loan : own, interest };
    }
    case "close":
      return { kind, through: MONTH_ENDS[pick % MONTH_ENDS.length] ?? null };
    case "accrue": {
      const some = loans.filter((_, place) => ((pick >> place) & 1) === 1);
      const listed = some.map((one) => {
        const principal = model.balance(one, "1100", day) + (isOff && pick % 5 === 0 ? 1n : 0n);
        return [one, principal < 0n ? 0n : principal, money % 50n] as const;
      });
      return listed.length === 0 ? null : { kind, day, late: pick % 7 < 2, loans: listed };
    }
  }
}

const PROGRAM = "22222222-2222-4222-8222-222222222222";
const BORROWER = "11111111-1111-1111-1111-111111111111";

/** The path of a command, and the body that its POST sends. */
export function requestOf(command: Command): readonly [path: string, body: object] {
  const { kind } = command;
  const own = (rest: object) => ({
    ...("loan" in command ? { loan_id: command.loan, borrower_id: BORROWER } : {}),
    ...("day" in command ? { effective_at: command.day } : {}),
    currency: "USD",
    ...rest,
  });
  switch (kind) {
    case "disburse":
      return ["/v1/disbursements", own({ amount_minor: `${command.amount}`, method: "ach" })];
    case "pay":
    case "recover": {
      const money = { amount_minor: `${command.amount}`, bank_account_ref: command.bank };
      return [kind === "pay" ? "/v1/payments" : "/v1/recoveries", own({ ...money, source_method: "ach" })];
    }
    case "refund": {
      const money = { amount_minor: `${command.amount}`, bank_account_ref: command.bank };
      return ["/v1/refunds", own({ ...money, method: "wire" })];
    }
    case "fee":
      return ["/v1/fees", own({ amount_minor: `${command.amount}`, fee_type: "late_fee" })];
    case "waive":
      return ["/v1/fee-waivers", own({ amount_minor: `${command.amount}`, reason: "goodwill" })];
    case "waiveInterest":
      return ["/v1/interest-waivers", own({ amount_minor: `${command.amount}`, reason: "goodwill" })];
    case "apply":
      return [
        "/v1/suspense-applications",
        own(command.amount === null ? {} : { amount_minor: `${command.amount}` }),
      ];
    case "chargeoff":
      return ["/v1/charge-offs", own({ reason: "90 days past due" })];
    case "fund": {
      const direction = command.out ? "out" : "in";
      return [
        "/v1/funding",
        own({ amount_minor: `${command.amount}`, direction, bank_account_ref: command.bank }),
      ];
    }
    case "settle":
      return ["/v1/disbursement-settlements", settlingOf(command)];
    case "settleMany":
      return ["/v1/disbursement-settlements/batch", { settlements: command.items.map(settlingOf) }];
    case "reverse": {
      const reason = { reverses_entry_id: command.entry, reason_code: "error_correction" };
      return ["/v1/reversals", { ...reason, effective_at: command.day }];
    }
    case "correct": {
      const { entry: accrual_entry_id, loan: loan_id, interest } = command;
      const body = { accrual_entry_id, loan_id, interest_minor: `${interest}`, reason: "Wrong rate" };
      return ["/v1/accruals/corrections", body];
    }
    case "close":
      return ["/v1/closing", { closed_through: command.through, reopen: true, note: "At random" }];
    case "accrue":
      return ["/v1/accruals/batch", accrualOf(command)];
  }
}

type Settling = Omit<Extract<Command, { kind: "settle" }>, "kind">;
const settlingOf = ({ entry, day, bank }: Settling) => ({
  disbursement_entry_id: entry,
  effective_at: day,
  bank_account_ref: bank,
});

/** The method of a command's route. */
export const methodOf = ({ kind }: Command): "PUT" | "POST" => (kind === "close" ? "PUT" : "POST");

/** The ids of the entries that an answer names, in their order. */
export const entriesIn = (body: {
  readonly journal_entry_id?: string;
  readonly settlements?: readonly { readonly journal_entry_id: string }[];
}): readonly string[] =>
  body.settlements?.map(({ journal_entry_id }) => journal_entry_id) ??
  (body.journal_entry_id === undefined ? [] : [body.journal_entry_id]);

const accrualOf = ({ day, late, loans }: Extract<Command, { kind: "accrue" }>) => ({
  program_id: PROGRAM,
  accrual_date: day,
  late,
  day_count_convention: "ACT_365",
  currency: "USD",
  loans: loans.map(([loan_id, principal, interest]) => ({
    loan_id,
    outstanding_principal_minor: `${principal}`,
    interest_minor: `${interest}`,
  })),
});

/** What every sequence begins with: each loan is disbursed. */
export const openingOf = (loans: readonly string[]): readonly Command[] =>
  loans.map((loan) => ({ kind: "disburse", loan, amount: 100n, day: DAYS[0] ?? "" }));

/** The code of a refusal as the model names it: that of the field where there is one. */
export const refusalIn = (body: { code: string; errors?: readonly { code: string }[] }): string =>
  body.errors?.[0]?.code ?? body.code;

/** The kinds of commands, of which a seed must get each accepted at least once. */
export const KINDS = [
  "disburse",
  "settle",
  "pay",
  "apply",
  "fee",
  "waive",
  "waiveInterest",
  "accrue",
  "refund",
  "chargeoff",
  "recover",
  "fund",
  "close",
  "settleMany",
  "correct",
  "reverse",
] as const satisfies readonly Command["kind"][];
