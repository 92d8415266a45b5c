/*
 * A ledger for lenders written anew, from docs/api.md and not from the code: it keeps a list of moves and adds them up
 * afresh for every question. Slow, and for that reason easy to believe.
 */

const MAX = 9_223_372_036_854_775_807n;

export interface Move {
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  readonly loan: string | null;
}

export interface ModelEntry {
  readonly type: string;
  readonly day: string;
  readonly bank: string | null;
  readonly moves: readonly Move[];
  reversed: boolean;
  /** The disbursement that a settlement settles, the entry that a reversal reverses. */
  readonly of?: string;
}

export type Command =
  | { readonly kind: "disburse"; readonly loan: string; readonly amount: bigint; readonly day: string }
  | { readonly kind: "settle"; readonly entry: string; readonly day: string; readonly bank: string }
  | {
      readonly kind: "pay" | "recover" | "refund";
      readonly loan: string;
      readonly amount: bigint;
      readonly day: string;
      readonly bank: string;
    }
  | { readonly kind: "apply"; readonly loan: string; readonly amount: bigint | null; readonly day: string }
  | {
      readonly kind: "fee" | "waive" | "waiveInterest";
      readonly loan: string;
      readonly amount: bigint;
      readonly day: string;
    }
  | {
      readonly kind: "accrue";
      readonly day: string;
      readonly loans: readonly (readonly [loan: string, principal: bigint, interest: bigint])[];
    }
  | { readonly kind: "chargeoff"; readonly loan: string; readonly day: string }
  | {
      readonly kind: "fund";
      readonly amount: bigint;
      readonly out: boolean;
      readonly day: string;
      readonly bank: string;
    }
  | { readonly kind: "reverse"; readonly entry: string; readonly day: string };

/** What the service must answer: the code of a refusal, or the entry. */
export type Outcome = { readonly refused: string } | { readonly refused: null; readonly entry: ModelEntry };

/** The accounts of a loan that may never be negative, and the side on which they grow. */
const BOUND: Readonly<Record<string, "debit" | "credit">> = {
  "1100": "debit",
  "1200": "debit",
  "1300": "debit",
  "2100": "credit",
  "2200": "credit",
};
/** Charged off less recovered: never negative either. */
export const LOSS = "5100 less 4300";
const OWED = ["1300", "1200", "1100"];

export class Model {
  readonly entries = new Map<string, ModelEntry>();

  /** A loan's account at the end of a day, on its normal side. */
  balance(loan: string, account: string, day: string): bigint {
    let sum = 0n;
    for (const entry of this.entries.values()) {
      if (entry.day > day) continue;
      for (const move of entry.moves) if (move.loan === loan) sum += effect(move, account);
    }
    return sum;
  }

  /** Debits and credits of an account at the end of a day, of one bank account where one is named. */
  sums(account: string, day: string, bank?: string): readonly [debits: bigint, credits: bigint] {
    let [debits, credits] = [0n, 0n];
    for (const entry of this.entries.values()) {
      if (entry.day > day || (bank !== undefined && entry.bank !== bank)) continue;
      for (const { debit, credit, amount } of entry.moves) {
        if (debit === account) debits += amount;
        if (credit === account) credits += amount;
      }
    }
    return [debits, credits];
  }

  knows(loan: string): boolean {
    return [...this.entries.values()].some(({ moves }) => moves.some((move) => move.loan === loan));
  }

  #least(loan: string, account: string, day: string): bigint {
    return this.#days(day)
      .map((one) => this.balance(loan, account, one))
      .reduce((least, one) => (one < least ? one : least));
  }

  #days(from: string): readonly string[] {
    return [from, ...[...this.entries.values()].map(({ day }) => day).filter((day) => day > from)];
  }

  #waterfall(
    loan: string,
    day: string,
    amount: bigint,
    debit: string,
    recovers = true,
  ): { moves: Move[]; rest: bigint } {
    const moves: Move[] = [];
    let rest = amount;
    for (const account of OWED) {
      const least = this.#least(loan, account, day);
      const share = rest < least ? rest : least;
      if (share > 0n) moves.push({ debit, credit: account, amount: share, loan });
      rest -= share;
    }
    const loss = recovers ? this.#least(loan, LOSS, day) : 0n;
    const recovered = rest < loss ? rest : loss;
    if (recovered > 0n) moves.push({ debit, credit: "4300", amount: recovered, loan });
    return { moves, rest: rest - recovered };
  }

  #owed(loan: string, day: string): bigint {
    return OWED.reduce((sum, account) => sum + this.#least(loan, account, day), 0n);
  }

  #standing(type: string, loan: string): readonly ModelEntry[] {
    return [...this.entries.values()].filter(
      (entry) => entry.type === type && !entry.reversed && entry.moves.some((move) => move.loan === loan),
    );
  }

  #isSettled(id: string): boolean {
    return [...this.entries.values()].some(
      (one) => one.type === "disbursement_settled" && one.of === id && !one.reversed,
    );
  }

  #isRecovered(loan: string): boolean {
    const types = ["recovery", "payment_received", "payment_allocated"];
    return types
      .flatMap((type) => this.#standing(type, loan))
      .some(({ moves }) => moves.some(({ credit }) => credit === "4300"));
  }

  /** Decides a command and, where it is accepted, adds its entry under `id`. */
  run(command: Command, id: string): Outcome {
    const decided = this.decide(command);
    if (decided.refused !== null) return decided;
    const broken = this.#broken(decided.entry);
    if (broken) return { refused: broken };
    this.entries.set(id, decided.entry);
    const reversed = command.kind === "reverse" ? this.entries.get(command.entry) : undefined;
    if (reversed) reversed.reversed = true;
    return decided;
  }

  #broken({ moves, day }: ModelEntry): string | null {
    const loans = new Set(moves.flatMap(({ loan }) => (loan === null ? [] : [loan])));
    for (const loan of loans) {
      for (const account of [...Object.keys(BOUND), LOSS]) {
        const change = moves
          .filter((move) => move.loan === loan)
          .reduce((sum, move) => sum + effect(move, account), 0n);
        const balances = this.#days(day).map((one) => this.balance(loan, account, one) + change);
        if (change < 0n && balances.some((one) => one < 0n)) return "would_overdraw";
        if (balances.some((one) => one > MAX)) return "amount_overflow";
      }
    }
    return null;
  }

  decide(command: Command): Outcome {
    const { kind, day } = command;
    const accept = (
      type: string,
      moves: readonly Move[],
      bank: string | null = null,
      of?: string,
    ): Outcome => ({
      refused: null,
      entry: { type, day, bank, moves, reversed: false, ...(of === undefined ? {} : { of }) },
    });
    if (kind === "fund") {
      const [debit, credit] = command.out ? ["3000", "1000"] : ["1000", "3000"];
      const move = { debit: debit ?? "", credit: credit ?? "", amount: command.amount, loan: null };
      return accept("manual_adjustment", [move], command.bank);
    }
    if (kind === "settle" || kind === "reverse") return this.#decideOnEntry(command, accept);
    if (kind === "accrue") return this.#decideAccrual(command, accept);
    const { loan } = command;
    if (kind === "disburse") {
      return accept("disbursement", [{ debit: "1100", credit: "2100", amount: command.amount, loan }]);
    }
    if (!this.knows(loan)) return { refused: "unknown_reference" };
    switch (kind) {
      case "pay": {
        const { moves, rest } = this.#waterfall(loan, day, command.amount, "1000");
        if (rest > 0n) moves.push({ debit: "1000", credit: "2200", amount: rest, loan });
        return accept("payment_received", moves, command.bank);
      }
      case "apply": {
        const waiting = this.#least(loan, "2200", day);
        const payable = this.#owed(loan, day) + this.#least(loan, LOSS, day);
        const most = waiting < payable ? waiting : payable;
        const amount = command.amount ?? most;
        if (amount === 0n || amount > most) return { refused: "exceeds_balance" };
        return accept("payment_allocated", this.#waterfall(loan, day, amount, "2200").moves);
      }
      case "fee":
        return accept("fee_assessed", [{ debit: "1300", credit: "4200", amount: command.amount, loan }]);
      case "waive":
        if (command.amount > this.#least(loan, "1300", day)) return { refused: "exceeds_balance" };
        return accept("fee_waived", [{ debit: "4200", credit: "1300", amount: command.amount, loan }]);
      case "waiveInterest":
        if (command.amount > this.#least(loan, "1200", day)) return { refused: "exceeds_balance" };
        return accept("interest_waived", [{ debit: "4100", credit: "1200", amount: command.amount, loan }]);
      case "refund":
        if (command.amount > this.#least(loan, "2200", day)) return { refused: "exceeds_balance" };
        return accept(
          "refund",
          [{ debit: "2200", credit: "1000", amount: command.amount, loan }],
          command.bank,
        );
      case "chargeoff": {
        const owed = this.#owed(loan, day);
        if (owed === 0n) return { refused: "exceeds_balance" };
        return accept("chargeoff", this.#waterfall(loan, day, owed, "5100", false).moves);
      }
      case "recover":
        if (!this.#standing("chargeoff", loan).some((entry) => entry.day <= day)) {
          return { refused: "not_charged_off" };
        }
        if (command.amount > this.#least(loan, LOSS, day)) return { refused: "exceeds_balance" };
        return accept(
          "recovery",
          [{ debit: "1000", credit: "4300", amount: command.amount, loan }],
          command.bank,
        );
    }
  }

  #decideOnEntry(
    command: Extract<Command, { kind: "settle" | "reverse" }>,
    accept: (type: string, moves: readonly Move[], bank: string | null, of: string) => Outcome,
  ): Outcome {
    const { entry: id, day, kind } = command;
    const entry = this.entries.get(id);
    if (!entry) return { refused: "not_found" };
    if (kind === "settle") {
      if (entry.type !== "disbursement") return { refused: "not_settleable" };
      if (entry.reversed) return { refused: "already_reversed" };
      if (this.#isSettled(id)) return { refused: "already_settled" };
      if (day < entry.day) return { refused: "inconsistent_dates" };
      const moves = entry.moves.map((move) => ({ ...move, debit: "2100", credit: "1000" }));
      return accept("disbursement_settled", moves, command.bank, id);
    }
    if (entry.type === "reversal") return { refused: "not_reversible" };
    if (entry.reversed) return { refused: "already_reversed" };
    const [loan] = entry.moves.map((move) => move.loan);
    if (this.#isSettled(id)) return { refused: "not_reversible" };
    if (entry.type === "chargeoff" && loan && this.#isRecovered(loan)) {
      return { refused: "not_reversible" };
    }
    if (day < entry.day) return { refused: "inconsistent_dates" };
    const moves = entry.moves.map((move) => ({ ...move, debit: move.credit, credit: move.debit }));
    return accept("reversal", moves, entry.bank, id);
  }

  #decideAccrual(
    { day, loans }: Extract<Command, { kind: "accrue" }>,
    accept: (type: string, moves: readonly Move[]) => Outcome,
  ): Outcome {
    for (const [loan, principal] of loans) {
      if (!this.knows(loan)) return { refused: "unknown_reference" };
      if (this.#standing("accrual", loan).some((entry) => entry.day === day)) {
        return { refused: "already_accrued" };
      }
      if (this.balance(loan, "1100", day) !== principal) return { refused: "principal_mismatch" };
    }
    const moves = loans.map(([loan, , amount]) => ({ debit: "1200", credit: "4100", amount, loan }));
    return accept("accrual", moves);
  }
}

function effect(move: Move, account: string): bigint {
  if (account === LOSS) return effect(move, "5100") + effect(move, "4300");
  const { debit, credit, amount } = move;
  const grows = BOUND[account] ?? "debit";
  if (debit === account) return grows === "debit" ? amount : -amount;
  if (credit === account) return grows === "credit" ? amount : -amount;
  return 0n;
}
