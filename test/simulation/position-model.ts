/**
 * Positions as docs/portfolio.md defines them, written from that page only: slow, naive, and with none of the code under
 * test. It reads the events of one disbursement. Amounts are minor units, `dayOf` gives the day of a date.
 */

export interface LifeEvent {
  readonly sequence: number;
  readonly of: "disbursement" | "payment";
  readonly step: "create" | "update" | "delete";
  readonly id: string;
  readonly change_date: string | null;
  /** What was sent: amounts as minor units, dates as they are stored. */
  readonly set: Readonly<Record<string, unknown>>;
}

export interface ModelParts {
  total: bigint;
  principal: bigint;
  fee: bigint;
}

interface ModelPayment {
  status: string;
  number: number | null;
  due_date: string;
  payment_date: string | null;
  total: bigint;
  principal: bigint | null;
  fee: bigint | null;
  bank_ref: string | null;
  refund: boolean;
  recovery: boolean;
  currency: string;
  was: {
    total: bigint;
    principal: bigint | null;
    fee: bigint | null;
    due_date: string;
    sequence: number;
  } | null;
}

interface ModelRow {
  readonly id: string;
  readonly number: number | null;
  day: string;
  readonly sent: ModelParts;
  fee: bigint;
  principal: bigint;
  readonly own: boolean;
}

export interface Asked {
  readonly day: string;
  readonly allocation: "oldest" | "own";
  /** The most arrears that are tolerated: minor units, and hundredths of outstanding principal. */
  readonly tolerance: readonly [minor: bigint, percent: bigint];
  readonly dayOf: (date: string) => string;
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const floor0 = (a: bigint) => (a < 0n ? 0n : a);

export function countDays(from: string, to: string): number {
  const at = (day: string) => {
    const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
    return Date.UTC(year, month - 1, date);
  };
  return Math.round((at(to) - at(from)) / 86_400_000);
}

/** One payment after some of its events; null where it was never created, or is deleted. */
export function modelPayment(events: readonly LifeEvent[]): ModelPayment | null {
  return events.reduce<ModelPayment | null>((now, { step, set, sequence }) => {
    if (step === "delete" || (step === "update" && now === null)) return null;
    const before = step === "create" ? null : now;
    const said = <T>(name: string, old: T): T => (name in set ? (set[name] as T) : old);
    const status = said("status", before?.status ?? "expected");
    const was = before?.was ?? null;
    const again = before !== null && status === "expected" && before.status !== "expected" ? was : null;
    const total = said("payment_total", (again ?? before)?.total ?? 0n);
    const belongs = again === null || again.total === total;
    let principal = said("payment_principal", belongs ? ((again ?? before)?.principal ?? null) : null);
    let fee = said("payment_fee", belongs ? ((again ?? before)?.fee ?? null) : null);
    if (principal !== null || fee !== null) {
      principal ??= total - (fee as bigint);
      fee ??= total - principal;
      if (principal + fee !== total || principal < 0n || fee < 0n) [principal, fee] = [null, null];
    }
    const due_date = said("due_date", (again ?? before)?.due_date ?? "");
    const dated = "due_date" in set ? sequence : (was?.sequence ?? sequence);
    return {
      status,
      number: said("installment_number", before?.number ?? null),
      due_date,
      payment_date: said("payment_date", again ? null : (before?.payment_date ?? null)),
      total,
      principal,
      fee,
      bank_ref: said("bank_ref", again ? null : (before?.bank_ref ?? null)),
      refund: said("refund", before?.refund ?? false),
      recovery: said("recovery", before?.recovery ?? false),
      currency: said("currency", before?.currency ?? ""),
      was: status === "expected" ? { total, principal, fee, due_date, sequence: dated } : was,
    };
  }, null);
}

/** The parts of money that came in. */
function moneyParts({ number, total, principal, fee, was }: ModelPayment): ModelParts {
  if (number === 0) return { total, principal: 0n, fee: total };
  if (principal !== null && fee !== null) return { total, principal, fee };
  const known = least(was?.fee ?? 0n, total);
  return { total, principal: total - known, fee: known };
}

interface ModelTerms {
  first: { amount: bigint; margin: bigint };
  amount: bigint;
  margin: bigint;
  maturity: string | null;
  raised: { amount: bigint; margin: bigint };
  taken: { amount: bigint; margin: bigint };
  /** All that was lowered, raises aside. */
  lowered: bigint;
  moves: { sequence: number; from: string; to: string }[];
}

function termsOn(events: readonly LifeEvent[], { day, dayOf }: Asked): ModelTerms {
  const own = events.filter(({ of }) => of === "disbursement");
  const start = own.findLastIndex(({ step }) => step === "create");
  const [created, ...later] = own.slice(start);
  const get = (set: LifeEvent["set"] | undefined, name: string) => set?.[name] as never;
  const first: { amount: bigint; margin: bigint } = {
    amount: get(created?.set, "disbursement_amount"),
    margin: get(created?.set, "total_expected_margin"),
  };
  let maturity = (get(created?.set, "maturity_date") as string | undefined) ?? null;
  // The values of the record, and the sums of what counts on the day.
  let record: { amount: bigint; margin: bigint; maturity: string | null } = { ...first, maturity };
  const sum = { ...first };
  const raised = { amount: 0n, margin: 0n };
  const taken = { amount: 0n, margin: 0n };
  let lowered = 0n;
  const moves: ModelTerms["moves"] = [];
  for (const { set, change_date, sequence } of later) {
    const next = {
      amount: (get(set, "disbursement_amount") as bigint | undefined) ?? record.amount,
      margin: (get(set, "total_expected_margin") as bigint | undefined) ?? record.margin,
      maturity: (get(set, "maturity_date") as string | undefined) ?? record.maturity,
    };
    const counts = change_date !== null && dayOf(change_date) <= day;
    for (const term of ["amount", "margin"] as const) {
      const by = next[term] - record[term];
      if (!counts) continue;
      sum[term] += by;
      if (by < 0n) {
        taken[term] -= by;
        lowered -= by;
      } else {
        const undone = least(taken[term], by);
        taken[term] -= undone;
        raised[term] += by - undone;
      }
    }
    if (counts && next.maturity !== record.maturity) {
      const [from, to] = [dayOf(maturity ?? ""), dayOf(next.maturity ?? "")];
      if (from !== to) moves.push({ sequence, from, to });
      maturity = next.maturity;
    }
    record = next;
  }
  for (const term of ["amount", "margin"] as const) {
    const below = floor0(-sum[term]);
    taken[term] -= below;
    lowered -= below;
    sum[term] += below;
  }
  return { first, ...sum, maturity, raised, taken, lowered, moves };
}

const order = (a: ModelRow, b: ModelRow) =>
  a.day === b.day ? (a.id < b.id ? -1 : 1) : a.day < b.day ? -1 : 1;
const sizeOf = (rows: readonly ModelRow[], part: "fee" | "principal") =>
  rows.reduce((sum, row) => sum + row[part], 0n);

function scheduleOn(
  payments: ReadonlyMap<string, readonly LifeEvent[]>,
  records: ReadonlyMap<string, ModelPayment | null>,
  terms: ModelTerms,
  { day, dayOf }: Asked,
): { rows: ModelRow[]; numbers: Set<number> } {
  const rows: ModelRow[] = [];
  const candidates: ModelRow[] = [];
  const numbers = new Set<number>();
  for (const [id, events] of payments) {
    const inForce = events.filter(({ change_date }) => change_date === null || dayOf(change_date) <= day);
    const row = modelPayment(inForce);
    const record = records.get(id);
    if (row?.was && row.number !== null) numbers.add(row.number);
    if (!row || row.status === "canceled") continue;
    if (row.was) {
      const { total, principal, fee } = row.was;
      const known = row.number !== 0 && principal !== null && fee !== null;
      const parts = known ? { total, principal, fee } : { total, principal: total, fee: 0n };
      const sent = row.number === 0 ? { total, principal: 0n, fee: total } : parts;
      let due = dayOf(row.was.due_date);
      for (const move of terms.moves) {
        if (due === move.from && row.was.sequence < move.sequence) due = move.to;
      }
      rows.push({
        id,
        number: row.number,
        day: due,
        sent,
        fee: sent.fee,
        principal: sent.principal,
        own: false,
      });
    } else if (record?.status === "paid" && !record.refund && !record.recovery) {
      const sent = moneyParts(record);
      const own = { id, number: row.number, day: dayOf(row.due_date), sent, own: true };
      candidates.push({ ...own, fee: sent.fee, principal: sent.principal });
    }
  }
  const expected = [...rows];
  const regular = expected.filter(({ number }) => number !== 0);
  const agreed = terms.first.amount + terms.first.margin + terms.raised.amount + terms.raised.margin;
  let lack = agreed - sizeOf(regular, "fee") - sizeOf(regular, "principal");
  for (const one of candidates.sort(order)) {
    if (one.number !== null && expected.some(({ number }) => number === one.number)) continue;
    if (one.number !== 0) {
      if (lack <= 0n || regular.some((row) => row.day <= one.day)) continue;
      const part = least(one.sent.total, lack);
      lack -= part;
      const fee = least(one.sent.fee, part);
      rows.push({ ...one, sent: { total: part, fee, principal: part - fee }, fee, principal: part - fee });
    } else rows.push(one);
  }
  rows.sort(order);
  cut(rows, terms);
  return { rows, numbers };
}

function cut(all: readonly ModelRow[], { amount, margin, lowered }: ModelTerms): void {
  const rows = all.filter(({ number }) => number !== 0).toReversed();
  let left = least(sizeOf(rows, "fee") + sizeOf(rows, "principal") - amount - margin, lowered);
  if (left <= 0n) return;
  const take = (part: "fee" | "principal", row: ModelRow, most: bigint) => {
    const by = least(least(row[part], most), left);
    if (by <= 0n) return;
    row[part] -= by;
    left -= by;
  };
  for (const row of rows) take("fee", row, sizeOf(rows, "fee") - margin);
  for (const row of rows) take("principal", row, sizeOf(rows, "principal") - amount);
  for (const row of rows) {
    take("principal", row, left);
    take("fee", row, left);
  }
}

interface Cash {
  readonly id: string;
  readonly number: number | null;
  readonly day: string;
  readonly parts: ModelParts;
  readonly refund: boolean;
}

/** What covers each row when money up to a day has come in. */
function coverOn(rows: readonly ModelRow[], cash: readonly Cash[], until: string, own: boolean): bigint[] {
  const totals = rows.map(({ fee, principal }) => fee + principal);
  const kept: { id: string; number: number | null; amount: bigint }[] = [];
  let missing = 0n;
  for (const { id, number, day, parts, refund } of cash) {
    if (day > until) continue;
    if (!refund) {
      const gone = least(missing, parts.total);
      missing -= gone;
      kept.push({ id, number, amount: parts.total - gone });
      continue;
    }
    missing += parts.total;
    const latest = kept.toReversed();
    const sameRow = latest.filter((one) => own && number !== null && one.number === number);
    for (const one of [...sameRow, ...latest]) {
      const back = least(one.amount, missing);
      one.amount -= back;
      missing -= back;
    }
  }
  const covered = rows.map(() => 0n);
  let pool = 0n;
  for (const { id, number, amount } of kept) {
    const same = rows.filter((row) => !row.own && number !== null && row.number === number);
    const index = rows.findIndex(
      (row) => row.id === id || (same.length === 1 && row === same[0] && !rows.some((r) => r.id === id)),
    );
    const room = own && index >= 0 ? (totals[index] as bigint) - (covered[index] as bigint) : 0n;
    const used = least(room, amount);
    if (used > 0n) covered[index] = (covered[index] as bigint) + used;
    pool += amount - used;
  }
  for (const [index, total] of totals.entries()) {
    const used = least(total - (covered[index] as bigint), pool);
    covered[index] = (covered[index] as bigint) + used;
    pool -= used;
  }
  return covered;
}

const BUCKETS = [
  [0, "current"],
  [30, "1-30"],
  [60, "31-60"],
  [90, "61-90"],
  [180, "91-180"],
] as const;

export interface ModelDisbursement {
  readonly kind: "loan" | "purchase";
  readonly currency: string;
  readonly start: string;
}

export type ModelPosition = ReturnType<typeof modelPosition>;

/** The position of a disbursement as of a day, from its events. */
export function modelPosition(one: ModelDisbursement, events: readonly LifeEvent[], asked: Asked) {
  const { day, dayOf, allocation } = asked;
  const terms = termsOn(events, asked);
  const ofPayments = Map.groupBy(
    events.filter(({ of }) => of === "payment"),
    ({ id }) => id,
  );
  const records = new Map([...ofPayments].map(([id, own]) => [id, modelPayment(own)]));
  // A payment in another currency stays out.
  for (const [id, own] of ofPayments) {
    if (own.some(({ set }) => "currency" in set && set.currency !== one.currency)) {
      records.delete(id);
      ofPayments.delete(id);
    }
  }
  const { rows, numbers } = scheduleOn(ofPayments, records, terms, asked);

  const cash: Cash[] = [];
  let marked = 0n;
  for (const [id, record] of records) {
    if (record?.status !== "paid") continue;
    const on = dayOf(record.payment_date ?? record.due_date);
    if (on > day) continue;
    if (record.recovery) marked += record.total;
    else cash.push({ id, number: record.number, day: on, parts: moneyParts(record), refund: record.refund });
  }
  cash.sort((a, b) => {
    const key = ({ day: on, refund, id }: Cash) => `${on} ${refund ? 1 : 0} ${id}`;
    return key(a) < key(b) ? -1 : 1;
  });
  const received = { total: 0n, principal: 0n, fee: 0n };
  let [P, F, refunded] = [0n, 0n, 0n];
  for (const { parts, refund, number } of cash) {
    const sign = refund ? -1n : 1n;
    received.total += sign * parts.total;
    received.principal += sign * parts.principal;
    received.fee += sign * parts.fee;
    if (refund) refunded += parts.total;
    if (number === 0) continue;
    P += sign * parts.principal;
    F += sign * parts.fee;
  }

  // Owed, move by move.
  const { amount: A, margin: M } = terms;
  if (F > M) [P, F] = [P + F - M, M];
  if (P > A) {
    const toMargin = least(P - A, M - F);
    [P, F] = [P - toMargin, F + toMargin];
  }
  const principalReceived = P;
  let recovered = 0n;
  if (P > A) recovered = least(P - A, floor0(terms.taken.amount - marked));
  const overpaid = floor0(P - A - recovered);
  const outstanding = floor0(A - P);
  const margin_due = floor0(M - F);

  const covered = coverOn(rows, cash, day, allocation === "own");
  const scheduled = { total: 0n, principal: 0n, fee: 0n };
  let arrears = { total: 0n, principal: 0n, fee: 0n };
  let oldest: string | null = null;
  let next_due: { due: string; amount: bigint } | null = null;
  for (const [index, row] of rows.entries()) {
    const paid = covered[index] as bigint;
    const left = row.fee + row.principal - paid;
    if (row.day <= day) {
      scheduled.total += row.fee + row.principal;
      scheduled.principal += row.principal;
      scheduled.fee += row.fee;
      const fee = floor0(row.fee - paid);
      arrears.total += left;
      arrears.fee += fee;
      arrears.principal += left - fee;
      if (left > 0n) oldest ??= row.day;
    } else if (left > 0n) {
      if (next_due === null) next_due = { due: row.day, amount: left };
      else if (next_due.due === row.day) next_due.amount += left;
    }
  }

  const lastRow = rows.filter((row) => row.fee + row.principal > 0n && !row.own && row.number !== 0).at(-1);
  const maturity =
    one.kind === "purchase" ? (lastRow?.day ?? null) : terms.maturity === null ? null : dayOf(terms.maturity);
  const matured = maturity !== null && day > maturity;
  if (matured && outstanding + margin_due > arrears.total) {
    arrears = { total: outstanding + margin_due, principal: outstanding, fee: margin_due };
  }
  let days = oldest === null ? 0 : countDays(oldest, day);
  if (oldest === null && matured && arrears.total > 0n) days = countDays(maturity, day);
  const [minor, percent] = asked.tolerance;
  const counts = arrears.total > minor && arrears.total * 100n > percent * outstanding;
  if (!counts) days = 0;

  const upfront = rows
    .filter((row) => row.number === 0 && row.day <= day)
    .reduce((sum, row) => sum + row.fee + row.principal, 0n);
  const installments = rows.map((row, index) => {
    const total = row.fee + row.principal;
    // The first day from which on it is covered in full up to the day.
    let paid_on: string | null = null;
    for (const at of [...new Set(cash.map((one) => one.day))]) {
      const full = total > 0n && coverOn(rows, cash, at, allocation === "own")[index] === total;
      paid_on = full ? (paid_on ?? at) : null;
    }
    return {
      id: row.id,
      due: row.day,
      expected: row.sent,
      total,
      reduced: row.sent.total - total,
      covered: covered[index] as bigint,
      self_scheduled: row.own,
      paid_on,
      late: total === 0n ? 0 : Math.max(0, countDays(row.day, paid_on ?? day)),
    };
  });
  const common = {
    terms,
    disbursed: terms.first.amount + terms.raised.amount,
    written_off: terms.taken.amount,
    rebates: terms.taken.margin,
    scheduled,
    received,
    refunded,
    installments,
    numbers,
    maturity,
  };
  const nothing = { days: 0, bucket: null, arrears: { total: 0n, principal: 0n, fee: 0n }, next_due: null };
  if (day < dayOf(one.start)) {
    const zero = { outstanding: 0n, margin_due: 0n, overpaid: 0n, recovered: 0n };
    return { ...common, ...zero, ...nothing, state: "pending" };
  }
  const figures = { ...common, outstanding, margin_due, overpaid, recovered: recovered + marked };
  const agreedPrincipal = terms.first.amount + terms.raised.amount;
  if (outstanding === 0n && terms.taken.amount > 0n && principalReceived < agreedPrincipal) {
    return { ...figures, ...nothing, state: "written_off" };
  }
  if (outstanding === 0n && margin_due === 0n && received.total >= A + M + upfront) {
    return { ...figures, ...nothing, state: "repaid" };
  }
  const bucket = BUCKETS.find(([end]) => days <= end)?.[1] ?? "181+";
  const state = matured && counts ? "matured_unpaid" : days > 0 ? "late" : "current";
  return { ...figures, state, bucket, days, arrears, next_due };
}
