import { LosslessNumber, parse, stringify } from "lossless-json";
import type { Result } from "../../domain/core/result.ts";
import type { FacilityJson } from "./terms.ts";

/** Lines of a form stand for the rules, limits and covenants of a facility, one each. */

const NUMBER = /^\d+(?:\.\d+)?$/;
/** Stands for those without a value in the list of a limit. */
const NO_VALUE = "(none)";
/** A text that a list by commas would not give back. */
const AMBIGUOUS = /^\s|\s$|[",[\]{}\n\r]|^$|^\(none\)$/;
/** The name of a dimension or a member, in quotation marks where its end would not be clear. */
const NAME = String.raw`("(?:[^"\\]|\\.)*"|[^:"]+?)`;
const INFO_LINE = new RegExp(`^info_in ${NAME}:\\s*(.+)$`);
const LIMIT_LINE = new RegExp(`^${NAME}:\\s*(\\d+(?:\\.\\d+)?)(?:\\s+of\\s+(.+))?$`);

const nameText = (name: string): string => (/[:"\n\r]|^\s|\s$/.test(name) ? JSON.stringify(name) : name);

/** Null for a text in quotation marks that JSON does not know. */
function nameOf(text: string): string | null {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

type Values = readonly (string | null)[];

const listText = (values: Values): string =>
  values.some((one) => one !== null && AMBIGUOUS.test(one))
    ? (stringify(values) ?? "")
    : values.map((one) => one ?? NO_VALUE).join(", ");

/** A list by commas, or in the notation of JSON. Null where it is neither. */
function listOf(text: string): Values | null {
  if (!text.startsWith("[")) {
    const all = text.split(",").map((one) => one.trim());
    return all.map((one) => (one === NO_VALUE ? null : one));
  }
  try {
    const read = parse(text);
    const isList = Array.isArray(read) && read.every((one) => one === null || typeof one === "string");
    return isList ? read : null;
  } catch {
    return null;
  }
}

/** `max_days_past_due: 30`, `kind_in: loan, purchase`, `insured`, `info_in branch: north, south`. */
export const ruleLines = (rules: FacilityJson["eligibility"]): string =>
  rules
    .flatMap((rule) =>
      Object.entries(rule).map(([name, bound]) => {
        if (bound === true) return name;
        if (Array.isArray(bound)) return `${name}: ${listText(bound)}`;
        if (name === "info_in" && rule.info_in)
          return `${name} ${nameText(rule.info_in.member)}: ${listText(rule.info_in.values)}`;
        return `${name}: ${String(bound)}`;
      }),
    )
    .join("\n");

/** `client_id: 0.1`, `country: 0.35 of BR, US`. */
export const limitLines = (limits: FacilityJson["limits"]): string =>
  limits
    .map(
      ({ by, max_share, values }) =>
        `${nameText(by)}: ${max_share}${values ? ` of ${listText(values)}` : ""}`,
    )
    .join("\n");

/** `par30: 0.15`; of `pool_outstanding` it is the least, of the others the most. */
export const covenantLines = (covenants: FacilityJson["covenants"]): string =>
  covenants.map((one) => `${one.code}: ${"min" in one ? one.min : one.max}`).join("\n");

type Read = Result<object, string>;

/** Reads each line that is not empty; the error names the line. */
function eachLine(
  what: string,
  text: string,
  read: (line: string) => object | null,
): Result<object[], string> {
  const made: object[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const one = read(trimmed);
    if (one === null) return { ok: false, error: `${what}, line ${index + 1}: "${trimmed}" cannot be read.` };
    made.push(one);
  }
  return { ok: true, value: made };
}

const number = (text: string) => (NUMBER.test(text) ? new LosslessNumber(text) : null);

function ruleOf(line: string): object | null {
  if (/^\w+$/.test(line)) return { [line]: true };
  const [, member = "", ofMember] = INFO_LINE.exec(line) ?? [];
  if (ofMember !== undefined) {
    const [name, values] = [nameOf(member), listOf(ofMember)];
    return name === null ? null : values && { info_in: { member: name, values } };
  }
  const [, name = "", bound = ""] = /^(\w+):\s*(.+)$/.exec(line) ?? [];
  if (name === "") return null;
  const values = name.endsWith("_in") ? listOf(bound) : number(bound);
  return values && { [name]: values };
}

function limitOf(line: string): object | null {
  const [, name = "", share = "", of] = LIMIT_LINE.exec(line) ?? [];
  const [by, max_share] = [nameOf(name), number(share)];
  if (by === null || max_share === null) return null;
  if (of === undefined) return { by, max_share };
  const values = listOf(of);
  return values && { by, max_share, values };
}

function covenantOf(line: string): object | null {
  const [, code, bound = ""] = /^(\w+):\s*(.+)$/.exec(line) ?? [];
  const value = number(bound);
  if (code === undefined || value === null) return null;
  return code === "pool_outstanding" ? { code, min: value } : { code, max: value };
}

/** The rules, limits and covenants that the lines say, as the API takes them. It checks their names and bounds. */
export function readLines(lines: {
  readonly eligibility: string;
  readonly limits: string;
  readonly covenants: string;
}): Read {
  const eligibility = eachLine("Eligibility", lines.eligibility, ruleOf);
  if (!eligibility.ok) return eligibility;
  const limits = eachLine("Limits", lines.limits, limitOf);
  if (!limits.ok) return limits;
  const covenants = eachLine("Covenants", lines.covenants, covenantOf);
  if (!covenants.ok) return covenants;
  return {
    ok: true,
    value: { eligibility: eligibility.value, limits: limits.value, covenants: covenants.value },
  };
}
