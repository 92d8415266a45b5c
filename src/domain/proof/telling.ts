import { parseDate } from "../core/dates.ts";
import { toMinor } from "../core/money.ts";

/** The members of an event's data that a figure depends on. */
export const TOLD_MEMBERS = [
  "kind",
  "currency",
  "disbursement_date",
  "payment_date",
  "change_date",
  "disbursement_amount",
  "total_expected_margin",
  "status",
  "due_date",
  "payment_total",
  "payment_principal",
  "payment_fee",
  "installment_number",
  "refund",
  "recovery",
] as const;
type ToldMember = (typeof TOLD_MEMBERS)[number];

/** What one event says: each member as JSON text, digit by digit, or null where the event does not name it. */
export class Telling {
  readonly #texts: readonly (string | null)[];

  /** In the order of `TOLD_MEMBERS`. */
  constructor(texts: readonly (string | null)[]) {
    this.#texts = texts;
  }

  /** True for a member that the event names, also to clear it. */
  names(member: ToldMember): boolean {
    return this.#text(member) !== null;
  }

  /** A text, a flag or a number as text: `before` where the event does not name it, null where the event clears it. */
  word(member: ToldMember, before: string | null): string | null {
    const text = this.#text(member);
    if (text === null) return before;
    // No text that a figure depends on has a quote inside.
    return text === "null" ? null : text.replaceAll('"', "").trim();
  }

  amount(member: ToldMember, currency: string, before: bigint | null): bigint | null {
    const text = this.word(member, null);
    if (text === null) return this.names(member) ? null : before;
    const minor = toMinor(text, currency);
    if (!minor.ok) throw new Error(`an event of the log holds no amount as ${member}`);
    return minor.value;
  }

  /** Of a member that a record always has: a text, empty where the event clears it. */
  knownWord(member: ToldMember, before: string): string {
    return this.word(member, before) ?? "";
  }

  /** Of a member that a record always has: an amount, 0 where the event clears it. */
  knownAmount(member: ToldMember, currency: string, before: bigint): bigint {
    return this.amount(member, currency, before) ?? 0n;
  }

  /** Of a member that a record always has: a date, empty where the event clears it. */
  knownDate(member: ToldMember, before: string): string {
    return this.date(member, before) ?? "";
  }

  date(member: ToldMember, before: string | null): string | null {
    const text = this.word(member, null);
    if (text === null) return this.names(member) ? null : before;
    const date = parseDate(text);
    if (!date.ok) throw new Error(`an event of the log holds no date as ${member}`);
    return date.value;
  }

  #text(member: ToldMember): string | null {
    return this.#texts[TOLD_MEMBERS.indexOf(member)] ?? null;
  }
}

/** An event of a disbursement or of one of its payments. */
export interface ToldEvent {
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly id: string;
  readonly telling: Telling;
}
