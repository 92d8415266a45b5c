import { isLosslessNumber, isNumber, isSafeNumber, LosslessNumber, parse, stringify } from "lossless-json";

/**
 * Members that hold exact decimals, as `parent.member` (src/client/decimals.ts), in answers and in requests. The build
 * of the client puts the lists here.
 */
declare const EXACT_MEMBERS: { readonly answers: readonly string[]; readonly requests: readonly string[] };

const placesOf = (members: readonly string[]) => ({
  members: new Set(members),
  names: new Set(members.map((member) => member.slice(member.indexOf(".") + 1))),
});
const answers = placesOf(EXACT_MEMBERS.answers);
const requests = placesOf(EXACT_MEMBERS.requests);

type Exact = ReturnType<typeof placesOf>;

/** True at an exact decimal, and in what an event changed of one: `{"payment_total": {"from": 1, "to": 2}}`. */
const isExact = ({ members, names }: Exact, parent: string, name: string): boolean =>
  members.has(`${parent}.${name}`) || (names.has(parent) && (name === "from" || name === "to"));

/**
 * Reads the body of an answer without rounding: an exact decimal is text with the digits that were sent, and so is any
 * other number that a JavaScript number cannot hold. All others are numbers.
 */
export function readExact(text: string): unknown {
  return changed(parse(text), "", "", (value, parent, name) => {
    if (!isLosslessNumber(value)) return value;
    const digits = value.toString();
    return isExact(answers, parent, name) || !isSafeNumber(digits) ? digits : Number(digits);
  });
}

/** Writes the body of a request: an exact decimal that is text is sent as a number with these digits. */
export function writeExact(body: unknown): string {
  const sent = changed(body, "", "", (value, parent, name) =>
    typeof value === "string" && isExact(requests, parent, name) && isNumber(value)
      ? new LosslessNumber(value)
      : value,
  );
  return stringify(sent) ?? "null";
}

/** A value with each one that is neither list nor object changed; an item of a list has the place of its list. */
function changed(
  value: unknown,
  parent: string,
  name: string,
  change: (value: unknown, parent: string, name: string) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(item, parent, name, change));
  if (!isRecord(value)) return change(value, parent, name);
  const members = Object.entries(value).map(([key, member]) => [key, changed(member, name, key, change)]);
  return Object.fromEntries(members);
}

/** False for a number with its digits, and for what serializes itself, as a Date does. */
const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !isLosslessNumber(value) && !("toJSON" in value);
