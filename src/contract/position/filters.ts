import * as z from "zod";
import type { MemberDimension } from "../../domain/analytics/dimensions.ts";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import type { MemberFilters } from "../../domain/position/filters.ts";
import { BUCKETS, STATES } from "../../domain/position/state.ts";
import { documented, type JsonSchema } from "../documented.ts";
import { expects } from "../lookup/query.ts";
import { characters } from "../values.ts";
import { memberNamed } from "./groups.ts";

/** The most values of one filter. */
const VALUES_MAX = 100;

/** A filter's value: what is wrong with it, or null. */
type Check = (value: string) => string | null;

/**
 * A filter that may be given several times. Its values are sorted and each is there once, so that one question has one
 * text. An empty value is null if `nullable`.
 */
function anyOf<T extends string>(schema: JsonSchema, check: Check, nullable: boolean) {
  return z
    .custom<string | string[]>()
    .transform((sent, context) => {
      const values = [...new Set([sent].flat())].sort();
      const wrong = values.flatMap((value) => (nullable && value === "" ? [] : (check(value) ?? [])));
      if (values.length > VALUES_MAX) wrong.push(`must be given at most ${VALUES_MAX} times`);
      for (const message of new Set(wrong)) context.addIssue({ code: "custom", message });
      return wrong.length > 0 ? z.NEVER : values.map((value) => (value === "" ? null : (value as T)));
    })
    .meta(documented({ type: "array", items: nullable ? { anyOf: [schema, EMPTY] } : schema }));
}

const EMPTY = { type: "string", maxLength: 0 };

/** A filter of a member that always has a value. */
const anyOfEach = <T extends string>(schema: JsonSchema, check: Check) =>
  anyOf<T>(schema, check, false).transform((values) => values.filter((value) => value !== null));

const oneOf = <T extends string>(values: readonly T[]) => {
  const check = (value: string) =>
    values.some((known) => known === value) ? null : `must be one of ${values.join(", ")}`;
  return [{ type: "string", enum: values }, check] as const;
};

function text(max: number) {
  const check = (value: string) => (characters(value) <= max ? null : `must be 0 to ${max} characters`);
  return [{ type: "string", minLength: 1, maxLength: max }, check] as const;
}

const CURRENCY = [
  { type: "string", pattern: "^[A-Z]{3}$" },
  (value: string) => (isCurrency(value) ? null : "must be an active ISO 4217 code"),
] as const;

const dayExpected = expects("a real date YYYY-MM-DD");
export const day = z
  .string(dayExpected)
  .refine(isCalendarDate, dayExpected)
  .meta(documented({ type: "string", format: "date" }));

const stateFilter = anyOfEach<(typeof STATES)[number]>(...oneOf(STATES));
const bucketFilter = anyOf<(typeof BUCKETS)[number]>(...oneOf(BUCKETS), true);
const NO_BUCKET = "Empty: pending, repaid or written off.";

/** Filters by what a disbursement was on an earlier day. */
export const fromParameters = {
  from_date: day
    .optional()
    .describe("An earlier day, not after as_of_date: each line has what it was then as `from`."),
  from_state: stateFilter.optional().describe("Of `from_date`."),
  from_bucket: bucketFilter.optional().describe(`Of \`from_date\`. ${NO_BUCKET}`),
} as const;

/** Which disbursements a question is about (docs/analytics.md#filters). */
const filterParameters = {
  kind: anyOfEach<"loan" | "purchase">(...oneOf(["loan", "purchase"])).optional(),
  currency: anyOfEach(...CURRENCY).optional(),
  client_id: anyOf(...text(128), true)
    .optional()
    .describe("A purchase is found by each of its clients. Empty: several clients or none."),
  country: anyOf(...text(2), true)
    .optional()
    .describe("Of the client. Empty: none."),
  state: stateFilter.optional(),
  bucket: bucketFilter.optional().describe(NO_BUCKET),
  pledge_creditor: anyOf(...text(256), true)
    .optional()
    .describe("As of the day. Empty: not pledged."),
  insurer_name: anyOf(...text(256), true)
    .optional()
    .describe("Empty: not insured."),
  disbursed_from: day.optional().describe("The first day on which a disbursement starts."),
  disbursed_to: day.optional().describe("The last day on which a disbursement starts."),
} as const;

/** The longest value of a member that a filter can ask for. */
const MEMBER_CHARACTERS_MAX = 256;
const memberValues = anyOf(...text(MEMBER_CHARACTERS_MAX), true);

/** Filters by members of `info`, as their parameters `info.<member>` and `client_info.<member>` say. */
interface InfoFilters {
  readonly info?: MemberFilters;
  readonly client_info?: MemberFilters;
}

type Parsed<S extends z.ZodRawShape> = z.output<z.ZodObject<typeof filterParameters & S>> & InfoFilters;

/**
 * The query of a question about disbursements: its own parameters, the filters, and a filter for each member of `info`
 * that the caller names. `then` makes the question from them, and refuses what does not fit together.
 */
export function filteredQuery<S extends z.ZodRawShape, Q>(
  shape: S,
  then: (query: Parsed<S>, context: z.RefinementCtx) => Q,
) {
  const known = { ...filterParameters, ...shape };
  return z.looseObject(known).transform((sent, context): Q => {
    const named = Object.entries(sent).filter(([name]) => Object.hasOwn(known, name));
    const more = Object.entries(sent).filter(([name]) => !Object.hasOwn(known, name));
    const info = infoFilters(more, context);
    return info === null ? z.NEVER : then({ ...Object.fromEntries(named), ...info } as Parsed<S>, context);
  });
}

/** Null where a parameter is unknown or a value is refused. */
function infoFilters(more: readonly [string, unknown][], context: z.RefinementCtx): InfoFilters | null {
  type Filter = readonly [member: string, values: readonly (string | null)[]];
  const filters: Record<MemberDimension["of"], Filter[]> = { info: [], client_info: [] };
  let isRefused = false;
  for (const [name, sent] of more.toSorted(([a], [b]) => Number(a > b) - Number(a < b))) {
    const member = memberNamed(name);
    const values = memberValues.safeParse(sent);
    if (member && values.success) {
      filters[member.of].push([member.member, values.data]);
      continue;
    }
    isRefused = true;
    if (!member) context.addIssue({ code: "unrecognized_keys", keys: [name], input: { [name]: sent } });
    for (const { message } of values.error?.issues ?? [])
      if (member) context.addIssue({ code: "custom", path: [name], message });
  }
  if (isRefused) return null;
  return {
    ...(filters.info.length > 0 && { info: Object.fromEntries(filters.info) }),
    ...(filters.client_info.length > 0 && { client_info: Object.fromEntries(filters.client_info) }),
  };
}

/** The two days of a question about what lies between them. */
export const spanParameters = {
  from_date: day.describe("The first day: what was true at its end."),
  to_date: day.describe("The last day, not before from_date: what was true at its end."),
} as const;

/** Refuses days that are not in their order. */
export function checkSpan(
  { from_date, to_date }: { readonly from_date: string; readonly to_date: string },
  context: z.RefinementCtx,
): void {
  if (from_date <= to_date) return;
  context.addIssue({ code: "custom", path: ["from_date"], message: "must not be after to_date" });
}
