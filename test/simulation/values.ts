import fc from "fast-check";
import type { FieldRule } from "./fields.ts";

/**
 * A value on the wire and what the contract makes of it: a fault's code, or the value as a lookup shows it. An amount
 * stays text here: whether it is right depends on the currency.
 */
export interface Wire {
  /** The value as JSON text. */
  readonly json: string;
  readonly fault?: string;
  readonly value?: unknown;
}

const good = (value: unknown, json = JSON.stringify(value)): Wire => ({ json, value });
const bad = (json: string, fault = "invalid_value"): Wire => ({ json, fault });
const number = (text: string): Wire => ({ json: text, value: text });

const NOT_TEXT = ["5", "true", "[]", "{}"].map((json) => bad(json, "invalid_type"));
const NOT_NUMBER = ['"500"', "false", "[1]", "{}"].map((json) => bad(json, "invalid_type"));

interface Choice {
  readonly good: readonly Wire[];
  readonly bad: readonly Wire[];
}

const text = (required: boolean): Choice => ({
  good: [
    good("Ann"),
    good("padded", '"  padded\\t"'),
    good("O'Neil & Søn 李 😀"),
    ...(required ? [] : [good(null, '" "')]),
  ],
  bad: [
    ...NOT_TEXT,
    bad('"a\\u0000b"'),
    bad(JSON.stringify("x".repeat(5000))),
    ...(required ? [bad('" "')] : []),
  ],
});

const DATES: Choice = {
  good: [
    good("2024-01-31"),
    good("2024-06-15"),
    good("2025-02-28"),
    good("2024-06-15T12:00:00Z"),
    good("2024-06-14T22:30:00Z", '"2024-06-15T00:30:00+02:00"'),
    good("2025-01-01T00:00:00.25Z", '"2024-12-31T19:00:00.250-05:00"'),
  ],
  bad: [...NOT_TEXT, bad('"2024-02-30"'), bad('"2024-06-15T12:00:00"'), bad('""')],
};

const AMOUNT_TEXTS = [
  "500",
  "400",
  "100",
  "0.01",
  "12345678901234.56",
  "1e3",
  "10000",
  "9000.50",
  "10200",
  "200",
];
const AMOUNTS: Choice = {
  good: [...AMOUNT_TEXTS, "0", "-0", "92233720368547758.07", "12345678901234.56", "5000e-1"].map(number),
  bad: [...NOT_NUMBER, ...["-1", "0.00001", "1e17", "1e999999999", "92233720368547758.08"].map(number)],
};

const CHOICES: Readonly<Record<string, Choice>> = {
  email: {
    good: [good("ann@example.com"), good("a.b+c@sub.example.org", '" a.b+c@sub.example.org "')],
    bad: [...NOT_TEXT, bad('"ann"'), bad('"ann@"'), bad('""')],
  },
  phone: {
    good: [good("+1234567890"), good("+441234567890")],
    bad: [...NOT_TEXT, bad('"123"'), bad('"+0123456"')],
  },
  country: { good: [good("US"), good("FR")], bad: [...NOT_TEXT, bad('"us"'), bad('"XX"')] },
  currency: { good: [good("USD")], bad: [...NOT_TEXT, bad('"XXX"'), bad('"HRK"')] },
  boolean: {
    good: [good(true), good(false)],
    bad: [bad('"true"', "invalid_type"), bad("1", "invalid_type")],
  },
  integer: {
    good: [number("0"), number("12"), number("1.0"), number("1e2")],
    bad: [...NOT_NUMBER, bad("-1"), bad("1.5")],
  },
  number: { good: [number("720"), number("0.123456789012345678"), number("-3")], bad: NOT_NUMBER },
  object: {
    good: [good({}), good({ a: ["b", null, true], " ": { c: "d" } })],
    bad: [bad('"{}"', "invalid_type"), bad("[]", "invalid_type"), bad("7", "invalid_type")],
  },
  date: DATES,
  positive: AMOUNTS,
  amount: AMOUNTS,
  signed: { good: [...AMOUNTS.good, number("-12.34")], bad: AMOUNTS.bad },
};

function choiceOf({ type, required }: FieldRule): Choice {
  if (typeof type !== "string") {
    return { good: type.map((value) => good(value)), bad: [...NOT_TEXT, bad('"other thing"'), bad('""')] };
  }
  return CHOICES[type] ?? text(required === true);
}

const NULL: Wire = { json: "null", value: null };

/** A value of a field: mostly a valid one. `faulty` is how many of 100 are not. */
export function wireOf(rule: FieldRule, faulty: number): fc.Arbitrary<Wire> {
  const choice = choiceOf(rule);
  return fc.oneof(
    { weight: 100 - faulty, arbitrary: fc.constantFrom(...choice.good) },
    { weight: Math.ceil(faulty / 2), arbitrary: fc.constantFrom(...choice.bad) },
    { weight: Math.floor(faulty / 2), arbitrary: fc.constant(NULL) },
  );
}

/** An id out of a small pool, so that events meet each other. */
export function idOf(prefix: string, faulty: number): fc.Arbitrary<Wire> {
  const pool = fc.integer({ min: 0, max: 2 }).map((index) => good(`${prefix}-${index}`));
  const wrong = [...NOT_TEXT, bad('""'), bad('" C-1"'), bad(JSON.stringify("x".repeat(129)))];
  return fc.oneof(
    { weight: 200 - faulty, arbitrary: pool },
    { weight: faulty, arbitrary: fc.constantFrom(...wrong, good(`${prefix} unheard/of`)) },
  );
}

/** A list of clients for a purchase, distinct unless it is faulty. */
export function clientsOf(faulty: number): fc.Arbitrary<Wire> {
  const ids = fc.uniqueArray(fc.constantFrom("C-0", "C-1", "C-2"), { minLength: 1, maxLength: 3 });
  const list = ids.map((some) => good(some.map((client_id) => ({ client_id }))));
  const wrong = [bad("[]"), bad('"C-1"', "invalid_type"), bad("{}", "invalid_type"), NULL];
  return fc.oneof(
    { weight: 100 - faulty, arbitrary: list },
    { weight: faulty, arbitrary: fc.constantFrom(...wrong) },
  );
}

/** Mostly one, so that children fit their parents. */
const CURRENCIES = [...Array<string>(18).fill("USD"), "JPY", "BHD"].map((code) => good(code));

export function currencyOf(faulty: number): fc.Arbitrary<Wire> {
  return fc.oneof(
    { weight: 100 - faulty, arbitrary: fc.constantFrom(...CURRENCIES) },
    { weight: faulty, arbitrary: fc.constantFrom(...(CHOICES.currency?.bad ?? [])) },
  );
}
