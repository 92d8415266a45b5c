import { isLosslessNumber, parse } from "lossless-json";
import { err, ok, type Result } from "../domain/core/result.ts";

/** Deepest nesting of a body; JSON deeper than this is an attack on the parser, not an event. */
const DEPTH_MAX = 32;

/**
 * Parses JSON without losing a digit: numbers become `LosslessNumber`. Refuses what JSON leaves open and money must
 * not: a member given twice with two values, lone surrogates, and `__proto__`. The error is a sentence for the caller.
 */
export function parseJson(text: string): Result<unknown, string> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (error instanceof RangeError) return err(tooDeep);
    if (error instanceof SyntaxError) return err(error.message);
    throw error;
  }
  const flaw = findFlaw(value, 0);
  return flaw === null ? ok(value) : err(flaw);
}

const tooDeep = `The body nests deeper than ${DEPTH_MAX} levels`;

function findFlaw(value: unknown, depth: number): string | null {
  if (typeof value === "string")
    return value.isWellFormed() ? null : "A string contains half a surrogate pair";
  if (value === null || typeof value !== "object" || isLosslessNumber(value)) return null;
  if (depth === DEPTH_MAX) return tooDeep;
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") return "A member must not be named __proto__";
    const flaw = findFlaw(name, depth) ?? findFlaw(member, depth + 1);
    if (flaw !== null) return flaw;
  }
  return null;
}

/** True for a JSON object: no array, and no number, which travels as an object of its own class. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object };

/** A number as its text, which `JSON.stringify` takes as it is: for many answers, several times faster than `stringifyJson`. */
export const rawNumber = (text: string): object => rawJSON(text);

const withEveryDigit = (_name: string, value: unknown): unknown => {
  if (typeof value === "bigint") return rawNumber(value.toString());
  return isLosslessNumber(value) ? rawNumber(value.value) : value;
};

/** Writes JSON; a `LosslessNumber` and a bigint keep every digit. */
export const stringifyJson = (value: unknown): string => JSON.stringify(value, withEveryDigit) ?? "null";
