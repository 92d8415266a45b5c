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
  /** The day of what it books. */
  readonly value: string;
  readonly bank: string | null;
  readonly moves: readonly Move[];
  reversed: boolean;
  /** The entry that a settlement settles, a reversal reverses, a correction corrects. */
  readonly of?: string;
}

export type Command =
  | { readonly kind: "disburse"; readonly loan: string; readonly amount: bigint; readonly day: string }
  | ({ readonly kind: "settle" } & Settling)
  | { readonly kind: "settleMany"; readonly items: readonly Settling[] }
  | { readonly kind: "correct"; readonly entry: string; readonly loan: string; readonly interest: bigint }
  /** Closes the books through a day, or reopens them; null opens all. */
  | { readonly kind: "close"; readonly through: string | null }
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
      readonly late: boolean;
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
  | { readonly kind: "reverse"; readonly entry: string; readonly day: string | null };

interface Settling {
  readonly entry: string;
  readonly day: string;
  readonly bank: string;
}

/** What the service must answer: the code of a refusal, or the entries. */
export type Outcome =
  | { readonly refused: string }
  | { readonly refused: null; readonly entries: readonly ModelEntry[] };

const refused = (code: string): Outcome => ({ refused: code });

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

const dayAfter = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const latest = (...days: readonly string[]) => days.reduce((last, day) => (day > last ? day : last), "");

export class Model {
  readonly entries = new Map<string, ModelEntry>();
  closedThrough: string | null = null;

  #isClosed(day: string): boolean {
    return this.closedThrough !== null && day <= this.closedThrough;
  }

  #openDay(day: string): string {
    return this.closedThrough !== null && day <= this.closedThrough ? dayAfter(this.closedThrough) : day;
  }

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

  isSettled(id: string): boolean {
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

  /** Decides a command and, where it is accepted, adds its entries under `ids`. */
  run(command: Command, ids: readonly string[]): Outcome {
    if (command.kind === "settleMany") return this.#settleMany(command.items, ids);
    const decided = this.decide(command);
    if (decided.refused !== null) return decided;
    for (const [place, entry] of decided.entries.entries()) {
      const broken = this.#broken(entry);
      if (broken) return refused(broken);
      this.entries.set(ids[place] ?? "", entry);
    }
    const reversed = command.kind === "reverse" ? this.entries.get(command.entry) : undefined;
    if (reversed) reversed.reversed = true;
    if (command.kind === "close") this.closedThrough = command.through;
    return decided;
  }

  /** Settles one after another, and takes all back where one is refused. */
  #settleMany(items: readonly Settling[], ids: readonly string[]): Outcome {
    const entries: ModelEntry[] = [];
    const codes: string[] = [];
    const own: string[] = [];
    for (const [place, item] of items.entries()) {
      const id = ids[place] ?? `item ${place}`;
      const one = this.run({ kind: "settle", ...item }, [id]);
      if (one.refused !== null) codes.push(one.refused);
      else {
        entries.push(...one.entries);
        own.push(id);
      }
    }
    const [first] = codes;
    if (first === undefined) return { refused: null, entries };
    for (const id of own) this.entries.delete(id);
    return refused(first);
  }

  /** What stands of a loan's interest of an accrual, as its corrections have left it. */
  #standingInterest(id: string, loan: string): bigint {
    let sum = 0n;
    for (const [own, entry] of this.entries) {
      if (own !== id && !(entry.type === "accrual_corrected" && entry.of === id)) continue;
      for (const move of entry.moves) if (move.loan === loan) sum += effect(move, "1200");
    }
    return sum;
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
    const { kind } = command;
    if (kind === "close") return { refused: null, entries: [] };
    if (kind === "reverse") return this.#decideReversal(command);
    if (kind === "correct") return this.#decideCorrection(command);
    if (kind === "settleMany") throw new Error("a batch is decided item by item");
    if (kind === "accrue") return this.#decideAccrual(command);
    const { day } = command;
    const accept = (type: string, moves: readonly Move[], bank: string | null = null): Outcome => ({
      refused: null,
      entries: [{ type, day, value: day, bank, moves, reversed: false }],
    });
    if (kind === "settle") return this.#decideSettlement(command);
    if (this.#isClosed(day)) return refused("period_closed");
    if (kind === "fund") {
      const [debit, credit] = command.out ? ["3000", "1000"] : ["1000", "3000"];
      const move = { debit: debit ?? "", credit: credit ?? "", amount: command.amount, loan: null };
      return accept("manual_adjustment", [move], command.bank);
    }
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

  #decideSettlement({ entry: id, day, bank }: Settling): Outcome {
    const entry = this.entries.get(id);
    if (!entry) return refused("not_found");
    if (this.#isClosed(day)) return refused("period_closed");
    if (entry.type !== "disbursement") return refused("not_settleable");
    if (entry.reversed) return refused("already_reversed");
    if (this.isSettled(id)) return refused("already_settled");
    if (day < entry.day) return refused("inconsistent_dates");
    const moves = entry.moves.map((move) => ({ ...move, debit: "2100", credit: "1000" }));
    const own = { type: "disbursement_settled", day, value: day, bank, moves, reversed: false, of: id };
    return { refused: null, entries: [own] };
  }

  #decideReversal({ entry: id, day: asked }: Extract<Command, { kind: "reverse" }>): Outcome {
    const entry = this.entries.get(id);
    if (!entry) return refused("not_found");
    if (asked !== null && this.#isClosed(asked)) return refused("period_closed");
    if (entry.type === "reversal" || entry.type === "accrual_corrected") return refused("not_reversible");
    if (entry.reversed) return refused("already_reversed");
    const [loan] = entry.moves.map((move) => move.loan);
    if (this.isSettled(id)) return refused("not_reversible");
    if (entry.type === "chargeoff" && loan && this.#isRecovered(loan)) return refused("not_reversible");
    const corrections = [...this.entries.values()].filter(
      (one) => one.type === "accrual_corrected" && one.of === id,
    );
    const earliest = latest(entry.day, ...corrections.map((one) => one.day));
    const today = new Date().toISOString().slice(0, 10);
    const day = asked ?? this.#openDay(latest(today, earliest));
    if (day < earliest) return refused("inconsistent_dates");
    const moves = entry.moves.map((move) => {
      const amount = entry.type === "accrual" ? this.#standingInterest(id, move.loan ?? "") : move.amount;
      return { ...move, debit: move.credit, credit: move.debit, amount };
    });
    const isAsPosted = moves.every(({ amount }, place) => amount === entry.moves[place]?.amount);
    if (!isAsPosted && moves.every(({ amount }) => amount === 0n)) return { refused: null, entries: [] };
    const own = { type: "reversal", day, value: day, bank: entry.bank, moves, reversed: false, of: id };
    return { refused: null, entries: [own] };
  }

  #decideAccrual({ day, late, loans }: Extract<Command, { kind: "accrue" }>): Outcome {
    if (!late && this.#isClosed(day)) return refused("period_closed");
    for (const [loan, principal] of loans) {
      if (!this.knows(loan)) return refused("unknown_reference");
      if (this.#standing("accrual", loan).some((entry) => entry.value === day)) {
        return refused("already_accrued");
      }
      if (this.balance(loan, "1100", day) !== principal) return refused("principal_mismatch");
    }
    const moves = loans.map(([loan, , amount]) => ({ debit: "1200", credit: "4100", amount, loan }));
    const own = { type: "accrual", day: this.#openDay(day), value: day, bank: null, moves, reversed: false };
    return { refused: null, entries: [own] };
  }

  #decideCorrection({ entry: id, loan, interest }: Extract<Command, { kind: "correct" }>): Outcome {
    const entry = this.entries.get(id);
    if (!entry) return refused("not_found");
    if (entry.type !== "accrual") return refused("not_reversible");
    if (entry.reversed) return refused("already_reversed");
    if (!entry.moves.some((move) => move.loan === loan)) return refused("unknown_reference");
    const day = this.#openDay(entry.value);
    const difference = interest - this.#standingInterest(id, loan);
    if (this.#least(loan, "1200", day) + difference < 0n) return refused("exceeds_balance");
    if (difference === 0n) return { refused: null, entries: [] };
    const move =
      difference > 0n
        ? { debit: "1200", credit: "4100", amount: difference, loan }
        : { debit: "4100", credit: "1200", amount: -difference, loan };
    const own = { day, value: entry.value, bank: null, moves: [move], reversed: false, of: id };
    return { refused: null, entries: [{ type: "accrual_corrected", ...own }] };
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
