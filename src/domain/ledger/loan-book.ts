import { ACCOUNTS, type AccountCode } from "./accounts.ts";

/**
 * The parts of a loan's books, each the balance of one account (docs/ledger.md#never-negative-on-any-day). The loss is what
 * was charged off, less what was recovered: 5100 less 4300.
 */
export const LOAN_PARTS = {
  principal: "1100",
  interest: "1200",
  fees: "1300",
  clearing: "2100",
  suspense: "2200",
  margin: "1400",
  loss: "5100",
} as const satisfies Record<string, AccountCode>;

export type LoanPart = keyof typeof LOAN_PARTS;

export const LOAN_PART_NAMES = Object.keys(LOAN_PARTS) as readonly LoanPart[];

/** Minor units of each part, positive on its account's normal side. */
export type Amounts = Readonly<Record<LoanPart, bigint>>;

export const NO_AMOUNTS: Amounts = {
  principal: 0n,
  interest: 0n,
  fees: 0n,
  clearing: 0n,
  suspense: 0n,
  margin: 0n,
  loss: 0n,
};

export function combine(a: Amounts, b: Amounts, how: (a: bigint, b: bigint) => bigint): Amounts {
  return {
    principal: how(a.principal, b.principal),
    interest: how(a.interest, b.interest),
    fees: how(a.fees, b.fees),
    clearing: how(a.clearing, b.clearing),
    suspense: how(a.suspense, b.suspense),
    margin: how(a.margin, b.margin),
    loss: how(a.loss, b.loss),
  };
}

export const plus = (a: Amounts, b: Amounts): Amounts => combine(a, b, (x, y) => x + y);
export const minus = (a: Amounts, b: Amounts): Amounts => combine(a, b, (x, y) => x - y);

/** The part of a loan's books that holds an account's balance; undefined where a loan keeps none. */
const partOf = (account: AccountCode): LoanPart | undefined =>
  LOAN_PART_NAMES.find((part) => LOAN_PARTS[part] === account);

/** How a debit or credit of `amount` changes an account's balance on its normal side. */
export const onNormalSide = (account: AccountCode, direction: "DR" | "CR", amount: bigint): bigint =>
  ACCOUNTS[account].normal === direction ? amount : -amount;

/** The balances after a posting that moved `amount` from the account that it credits to the one that it debits. */
export function afterMove(
  amounts: Amounts,
  debit: AccountCode,
  credit: AccountCode,
  amount: bigint,
): Amounts {
  const debited = plusPart(amounts, debit, onNormalSide(debit, "DR", amount));
  return plusPart(debited, credit, onNormalSide(credit, "CR", amount));
}

/** The balances after a change of one account; an account that a loan keeps no balance of changes nothing. */
export function plusPart(amounts: Amounts, account: AccountCode, change: bigint): Amounts {
  if (account === "4300") return { ...amounts, loss: amounts.loss - change };
  const part = partOf(account);
  return part ? { ...amounts, [part]: amounts[part] + change } : amounts;
}

/** What the postings of one day change. */
interface LaterDay {
  readonly day: string;
  readonly changes: Amounts;
}

/**
 * A loan's balances and the changes on the days after `from`, in ascending order. The balance of a day is the one at
 * its end: the present balance less what later days change.
 */
export interface DayBook {
  readonly balances: Amounts;
  readonly from: string;
  readonly later: readonly LaterDay[];
}

/** A loan's balances from a day on, in one row: enough for a command of that day that touches many loans. */
export interface Outline {
  readonly balances: Amounts;
  readonly from: string;
  /** At the end of `from`. */
  readonly at: Amounts;
  readonly least: Amounts;
  /** The first day on which each part has its lowest balance. */
  readonly leastDays: Readonly<Record<LoanPart, string>>;
  readonly most: Amounts;
}

export type LoanBook = DayBook | Outline;

/** The book of a loan that has no postings yet. */
export const EMPTY_BOOK: LoanBook = { balances: NO_AMOUNTS, from: "", later: [] };

interface DayBalance {
  readonly day: string;
  readonly balance: bigint;
}

type DayBalances = readonly [DayBalance, ...DayBalance[]];

/** The balance of a part at the end of `day`, and on the later days that matter. */
function balancesFrom(book: LoanBook, part: LoanPart, day: string): DayBalances {
  if ("least" in book) {
    if (day !== book.from) throw new RangeError(`the outline is of ${book.from}, not of ${day}`);
    const least = { day: book.leastDays[part], balance: book.least[part] };
    return [{ day, balance: book.at[part] }, least, { day: least.day, balance: book.most[part] }];
  }
  if (day < book.from) throw new RangeError(`the book is known from ${book.from} on, not from ${day}`);
  const later = book.later.filter((one) => one.day > day);
  let balance = later.reduce((rest, { changes }) => rest - changes[part], book.balances[part]);
  const days: [DayBalance, ...DayBalance[]] = [{ day, balance }];
  for (const one of later) {
    balance += one.changes[part];
    days.push({ day: one.day, balance });
  }
  return days;
}

export const balanceAt = (book: LoanBook, part: LoanPart, day: string): bigint =>
  balancesFrom(book, part, day)[0].balance;

/** The lowest balance of a part from `day` on: the most that an entry of that day may take from it. */
export const leastFrom = (book: LoanBook, part: LoanPart, day: string): bigint =>
  balancesFrom(book, part, day).reduce(
    (least, { balance }) => (balance < least ? balance : least),
    book.balances[part],
  );

/** The highest balance of a part from `day` on. */
export const mostFrom = (book: LoanBook, part: LoanPart, day: string): bigint =>
  balancesFrom(book, part, day).reduce(
    (most, { balance }) => (balance > most ? balance : most),
    book.balances[part],
  );

/**
 * The first day from `day` on at whose end a part is less than `amount`; null if no day is. An outline knows only two
 * days: its own and the one on which the part has its lowest balance.
 */
export const firstDayBelow = (book: LoanBook, part: LoanPart, day: string, amount: bigint): string | null =>
  balancesFrom(book, part, day).find(({ balance }) => balance < amount)?.day ?? null;

/** The book after a posting of `day`. */
export function addToBook(book: LoanBook, day: string, changes: Amounts): LoanBook {
  const balances = plus(book.balances, changes);
  if ("least" in book) {
    if (day !== book.from) throw new RangeError(`the outline is of ${book.from}, not of ${day}`);
    const { at, least, most } = book;
    const [atDay, lowest, highest] = [plus(at, changes), plus(least, changes), plus(most, changes)];
    return { ...book, balances, at: atDay, least: lowest, most: highest };
  }
  if (day < book.from) throw new RangeError(`the book is known from ${book.from} on, not from ${day}`);
  if (day === book.from) return { ...book, balances };
  const same = book.later.find((one) => one.day === day);
  const own = { day, changes: plus(same?.changes ?? NO_AMOUNTS, changes) };
  const before = book.later.filter((one) => one.day < day);
  const after = book.later.filter((one) => one.day > day);
  return { ...book, balances, later: [...before, own, ...after] };
}
