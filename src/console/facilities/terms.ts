import { isLosslessNumber } from "lossless-json";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { base, baseLoans, facility } from "../../contract/facility/answers.ts";
import { amountText, type Exact, NONE, numberText, percentText, plural, words } from "../format.ts";

export type FacilityJson = ParsedOf<typeof facility>["data"];
export type BaseAnswer = ParsedOf<typeof base>;
export type BaseLoan = ParsedOf<typeof baseLoans>["data"][number];
type Rule = FacilityJson["eligibility"][number];
type Limit = FacilityJson["limits"][number];

/** Days, whole or an average, without digits that say nothing. */
const days = (bound: unknown) =>
  plural(
    numberText(String(bound))
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, ""),
    "day",
  );

/** What a rule of eligibility asks for, in words. */
export function ruleText(rule: Rule, currency: string): string {
  const [[name = "", bound] = []] = Object.entries(rule);
  const list = Array.isArray(bound) ? bound.join(", ") : "";
  switch (name) {
    case "max_days_past_due":
      return `At most ${days(bound)} past due`;
    case "min_outstanding":
      return `Outstanding at least ${amountText(String(bound), currency)}`;
    case "max_outstanding":
      return `Outstanding at most ${amountText(String(bound), currency)}`;
    case "max_remaining_days":
      return `At most ${days(bound)} to maturity`;
    case "max_original_days":
      return `Agreed for at most ${days(bound)}`;
    case "min_seasoning_days":
      return `At least ${days(bound)} since the start`;
    case "max_extensions":
      return `At most ${plural(numberText(String(bound)), "extension")}`;
    case "no_write_off":
      return "Nothing written off";
    case "insured":
      return "Insured";
    case "kind_in":
      return `Kind: ${list}`;
    case "country_in":
      return `Country: ${list}`;
    case "country_not_in":
      return `Country is not ${list}`;
    case "info_in":
      return rule.info_in === undefined
        ? name
        : `${words(rule.info_in.member)}: ${rule.info_in.values.join(", ")}`;
    default:
      return words(name);
  }
}

/** A dimension in words. */
export const dimensionWords = (by: string): string =>
  by === "client_id"
    ? "client"
    : words(by.replace(/^info\./, "").replace(/^client_info\.(.+)$/s, "$1 of the client"));

/** A group of a limit; null has no value. */
export const groupName = (group: string | null): string => group ?? "(none)";

/** What a limit allows, in words. */
export function limitText({ by, max_share, values }: Limit): string {
  const of = values === undefined ? "" : ` (${values.map(groupName).join(", ")})`;
  return `One ${dimensionWords(by)}${of}: at most ${percentText(max_share)}`;
}

const COVENANTS: Readonly<Record<string, string>> = {
  par0: "PAR 0",
  par30: "PAR 30",
  par90: "PAR 90",
  largest_client_share: "Largest client",
  average_remaining_days: "Average days to maturity",
  pool_outstanding: "Outstanding in the pool",
};

export const covenantLabel = (code: string): string => COVENANTS[code] ?? words(code);

/** The value or bound of a covenant: a share, days, or an amount. */
export function covenantText(code: string, value: Exact | null, currency: string): string {
  if (value === null) return NONE;
  if (code === "pool_outstanding") return amountText(value, currency);
  return code === "average_remaining_days" ? days(value) : percentText(value);
}

type Checked = BaseAnswer["data"]["covenants"][number];

/** What a covenant asks for: `at most 15.00%`. */
export function boundText(
  { code, max, min }: Partial<Checked> & { readonly code: string },
  currency: string,
): string {
  const [which, bound] = max === undefined ? ["at least", min] : ["at most", max];
  return `${which} ${covenantText(code, bound ?? null, currency)}`;
}

/** Why a loan counts for less than it owes: the rule that it fails, or what each limit takes. */
export function reasonText(
  reason: BaseLoan["reasons"][number],
  { eligibility, currency }: FacilityJson,
): string {
  if ("excess" in reason) return `${dimensionWords(reason.by)}: less ${amountText(reason.excess, currency)}`;
  const rule = eligibility[Number(reason.index.value)];
  return `fails: ${rule === undefined ? words(reason.rule) : ruleText(rule, currency)}`;
}

/** True below 0. */
export const isNegative = (value: Exact): boolean => isLosslessNumber(value) && value.value.startsWith("-");
