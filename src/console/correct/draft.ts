import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";
import { parseDate } from "../../domain/core/dates.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import {
  changeFields,
  disbursementFields,
  type Field,
  type Fields,
  paymentFields,
} from "../../domain/tape/fields.ts";
import type { IngestCommand } from "../../domain/tape/state.ts";

/** An event that a form prepares. */
export interface Draft {
  readonly category: "disbursement" | "payment";
  readonly step: "create" | "update";
  /** Members that are sent as they are: ids, and for a create the currency and the status. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The fields of the form. */
  readonly fields: Fields;
  /** The texts of the record as it is; an empty one for nothing. */
  readonly initial: Readonly<Record<string, string>>;
}

/** A draft that was read: the `data` that is sent, and the same event for the rules. */
interface ReadDraft {
  readonly data: Readonly<Record<string, unknown>>;
  readonly command: IngestCommand;
  /** What differs from the record, as sentences. */
  readonly changes: readonly string[];
}

const fieldsWhere = (fields: Fields, takes: (name: string, field: Field) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name, field]) => takes(name, field)));

/** What may be corrected of a disbursement of a kind. */
export const disbursementForm = (kind: "loan" | "purchase"): Fields => ({
  ...fieldsWhere(disbursementFields, (_, field) => !field.immutable && (field.kind ?? kind) === kind),
  ...changeFields,
});

/** What may be corrected of a payment; the client of a loan's payment is the loan's. */
export const paymentForm = (kind: "loan" | "purchase"): Fields => ({
  ...fieldsWhere(
    paymentFields,
    (name, field) => !field.immutable && (name !== "client_id" || kind === "purchase"),
  ),
  ...changeFields,
});

/** What is asked of a new payment, whose other members are fixed. */
export const newPaymentForm = (kind: "loan" | "purchase"): Fields =>
  fieldsWhere(
    paymentFields,
    (name) =>
      !["disbursement_id", "currency", "status"].includes(name) &&
      (name !== "client_id" || kind === "purchase"),
  );

/** A value of a row as the form shows it: clients one a line, an object as JSON. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (isLosslessNumber(value)) return value.value;
  if (Array.isArray(value)) return value.map(({ client_id }) => String(client_id)).join("\n");
  return typeof value === "object" ? (stringify(value, null, 2) ?? "") : String(value);
}

type Members = Readonly<Record<string, unknown>>;

/** Null for a text that is no JSON object. */
function membersOf(text: string): Members | null {
  try {
    const value = parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !isLosslessNumber(value) ? (value as Members) : null;
  } catch {
    return null;
  }
}

const lines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** A text without what makes no difference, so that texts of the same value are the same. */
function plain({ type }: Field, text: string): string {
  if (type === "clients") return lines(text).join(", ");
  if (type !== "object" || text.trim() === "") return text.trim();
  return stringify(membersOf(text)) ?? text.trim();
}

/** What differs, as sentences; of an object member by member. */
function changesOf(
  name: string,
  { type }: Field,
  [before, text]: readonly [string, string],
): readonly string[] {
  const sentence = (what: string, from: string, to: string) =>
    `${what}: ${from === "" ? "nothing" : from} → ${to === "" ? "nothing" : to}`;
  const [was, is] = [membersOf(before || "{}"), membersOf(text || "{}")];
  if (type !== "object" || was === null || is === null) return [sentence(name, before, text)];
  const shown = (members: Members, member: string) => stringify(members[member]) ?? "";
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .map((member) => [member, shown(was, member), shown(is, member)] as const)
    .filter(([, from, to]) => from !== to)
    .map(([member, from, to]) => sentence(`${name}.${member}`, from, to));
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;
const EXPECTED: Readonly<Partial<Record<Field["type"], string>>> = {
  amount: "an amount such as 1250.00, without separators",
  decimal: "a number such as 0.5",
  integer: "a whole number",
  object: 'a JSON object such as {"branch": "north"}',
};

/** A text as the wire takes it and as the rules take it; an error says what was expected. */
function readValue({ type, min }: Field, text: string): Result<{ wire: unknown; value: unknown }, string> {
  switch (type) {
    case "amount":
    case "decimal":
    case "integer": {
      const fits = NUMBER.test(text) && (type !== "integer" || !text.includes("."));
      if (!fits) return err(`must be ${EXPECTED[type]}`);
      if (min !== undefined && text.startsWith("-")) return err("must not be negative");
      return ok({ wire: new LosslessNumber(text), value: type === "integer" ? Number(text) : text });
    }
    case "boolean":
      return ok({ wire: text === "yes", value: text === "yes" });
    case "date": {
      const date = parseDate(text);
      return date.ok ? ok({ wire: text, value: date.value }) : err(date.error);
    }
    case "object": {
      const members = membersOf(text);
      return members === null
        ? err(`must be ${EXPECTED[type]}`)
        : ok({ wire: members, value: stringify(members) });
    }
    case "clients": {
      const ids = lines(text);
      return ok({ wire: ids.map((client_id) => ({ client_id })), value: ids });
    }
    default:
      return ok({ wire: text, value: text });
  }
}

/** Reads the texts of a form. Only what differs from the record is sent; an emptied field is null. */
export function readDraft(
  { category, step, fixed, fields, initial }: Draft,
  texts: Readonly<Record<string, string>>,
): Result<ReadDraft, readonly string[]> {
  const data: Record<string, unknown> = { step, ...fixed };
  const change: Record<string, unknown> = { ...fixed };
  const changes: string[] = [];
  const errors: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const text = (texts[name] ?? "").trim();
    const both = [plain(field, initial[name] ?? ""), plain(field, text)] as const;
    if (both[0] === both[1]) continue;
    changes.push(...changesOf(name, field, both));
    if (text === "") {
      data[name] = null;
      change[name] = null;
      continue;
    }
    const read = readValue(field, text);
    if (!read.ok) errors.push(`${name} ${read.error}`);
    else {
      data[name] = read.value.wire;
      change[name] = read.value.value;
    }
  }
  if (errors.length > 0) return err(errors);
  if (changes.length === 0) return err(["Nothing is changed."]);
  const id = String(change[`${category}_id`] ?? "");
  return ok({ data, command: { type: "ingest", category, step, id, change }, changes });
}
