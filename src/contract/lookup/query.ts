import * as z from "zod";
import { parseDate } from "../../domain/core/dates.ts";
import { DATE_OR_TIMESTAMP, documented } from "../documented.ts";
import { type DateBound, dateBounds, instantBounds, isEmptyRange } from "./dates.ts";
import { dateColumns, filterable, isHistory, type LookupTable, searchable, sortable } from "./tables.ts";

export const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;
const SEARCH_CHARACTERS_MAX = 128;
/** The longest value of a column with a filter: an `asset_condition`. */
const FILTER_CHARACTERS_MAX = 256;
/** A cursor holds one sort value of at most 256 characters, each up to 4 bytes, and a few numbers. */
const CURSOR_CHARACTERS_MAX = 4096;

/** A list request, read and checked. */
export interface ListQuery {
  readonly limit: number;
  readonly cursor: string | null;
  /** How far history must be made before a waiting read is answered; null on other tables. */
  readonly min_sequence: number | null;
  readonly sort_by: string;
  readonly descending: boolean;
  readonly include_count: boolean;
  readonly bounds: readonly DateBound[];
  readonly search: string | null;
  /** Column and value, in the order of the catalogue. */
  readonly filters: readonly (readonly [column: string, value: string])[];
}

/** The message of a parameter for any fault in it. */
export function expects(expected: string) {
  return {
    error: (issue: { readonly input?: unknown }) =>
      Array.isArray(issue.input) ? "must be given once" : `must be ${expected}`,
  };
}

const oneOf = (names: readonly string[]) => z.enum(names as [string, ...string[]], expects(listed(names)));
const listed = (names: readonly string[]) => `one of ${names.join(", ")}`;

/** How many rows a page shows. */
interface PageSize {
  readonly max: number;
  readonly default: number;
}
export const JSON_PAGE: PageSize = { max: LIMIT_MAX, default: LIMIT_DEFAULT };
/** A download: a page is as long as it may be. */
export const CSV_PAGE: PageSize = { max: 10_000, default: 10_000 };

export function limitUpTo(max: number) {
  const expected = expects(`a whole number from 1 to ${max}, in plain digits`);
  return z
    .string(expected)
    .regex(/^[1-9][0-9]{0,4}$/, expected)
    .transform(Number)
    .refine((value) => value <= max, expected)
    .meta(documented({ type: "integer", minimum: 1, maximum: max }));
}
export const limit = limitUpTo(LIMIT_MAX);

function value(max: number) {
  const expected = expects(`1 to ${max} characters`);
  return z.string(expected).min(1, expected).max(max, expected);
}

const sequenceExpected = expects("the sequence that a write answered, in plain digits");
export const sequence = z
  .string(sequenceExpected)
  .regex(/^(0|[1-9][0-9]{0,14})$/, sequenceExpected)
  .transform(Number)
  .meta(documented({ type: "integer", minimum: 0 }));

const dateExpected = expects(
  "a real date YYYY-MM-DD or an RFC 3339 timestamp with an offset (write + as %2B in a URL)",
);
const date = z
  .string(dateExpected)
  .transform((text, context) => {
    const parsed = parseDate(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: dateExpected.error({}) });
    return z.NEVER;
  })
  .meta(documented(DATE_OR_TIMESTAMP));

const cursorExpected = expects("the next_cursor of the page before");
const cursor = z.string(cursorExpected).min(1, cursorExpected).max(CURSOR_CHARACTERS_MAX, cursorExpected);

/** The parameters of a table's list as they stand in the URL (docs/api.md#lookups); for OpenAPI, the input side. */
function listParameters(table: LookupTable, page = JSON_PAGE) {
  const shape = {
    limit: limitUpTo(page.max)
      .optional()
      .describe(
        `Rows of a page: 1 to ${JSON_PAGE.max}, default ${JSON_PAGE.default}. For CSV up to ${CSV_PAGE.max}, the default there.`,
      ),
    cursor: cursor.optional().describe("The next_cursor of the page before, with the same query."),
    sort_by: oneOf(sortable(table)).optional().describe(`Default ${table.defaultSort}.`),
    sort_order: oneOf(["asc", "desc"])
      .optional()
      .describe("Default desc; null counts as less than every value."),
    include_count: oneOf(["true", "false"]).optional().describe("true adds total and total_pages."),
    date_field: oneOf(dateColumns(table)).optional().describe("The column that the dates bound."),
    start_date: date.optional().describe("From this date or timestamp on."),
    end_date: date.optional().describe("Up to this timestamp, or to the end of this date."),
    search: value(SEARCH_CHARACTERS_MAX)
      .optional()
      .describe(`Part of ${searchable(table).join(", ")}; every character is literal.`),
  };
  const ofHistory = {
    min_sequence: sequence.optional().describe("With Prefer: wait, waits until history has come so far."),
  };
  const filters = Object.fromEntries(
    filterable(table).map((name) => [name, value(FILTER_CHARACTERS_MAX).optional()]),
  );
  // The filters differ from table to table; their type would swallow the types of the others.
  return z.strictObject({ ...filters, ...shape, ...(isHistory(table) && ofHistory) } as typeof shape);
}

/** Reads the query of a table's list. Unknown, repeated and malformed parameters are refused. */
export function listQuery(table: LookupTable, page = JSON_PAGE) {
  return listParameters(table, page).transform((parameters, context): ListQuery => {
    const { date_field, start_date, end_date } = parameters;
    const refuse = (parameter: string, message: string) =>
      context.addIssue({ code: "custom", path: [parameter], message });
    if (date_field === undefined && (start_date ?? end_date) !== undefined) {
      refuse("date_field", `must name the column that the dates bound: ${listed(dateColumns(table))}`);
    }
    if (start_date !== undefined && end_date !== undefined && isEmptyRange(start_date, end_date)) {
      refuse("start_date", "must not be after end_date");
    }
    const given: Readonly<Record<string, unknown>> = parameters;
    return {
      limit: parameters.limit ?? page.default,
      cursor: parameters.cursor ?? null,
      min_sequence: typeof given.min_sequence === "number" ? given.min_sequence : null,
      sort_by: parameters.sort_by ?? table.defaultSort,
      descending: parameters.sort_order !== "asc",
      include_count: parameters.include_count === "true",
      bounds: date_field === undefined ? [] : rangeOf(table, date_field, start_date, end_date),
      search: parameters.search ?? null,
      filters: filterable(table).flatMap((name) => {
        const wanted = given[name];
        return typeof wanted === "string" ? [[name, wanted] as const] : [];
      }),
    };
  });
}

function rangeOf(
  table: LookupTable,
  field: string,
  start: string | undefined,
  end: string | undefined,
): DateBound[] {
  return table.columns[field] === "instant"
    ? instantBounds(field, start, end)
    : dateBounds(field, start, end);
}

/** One sentence for the caller: each parameter that is refused, and what was expected of it. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], allowed: readonly string[]): string {
  return issues.map((issue) => describeIssue(issue, allowed)).join("; ");
}

const NAME_CHARACTERS_MAX = 64;

function describeIssue(issue: z.core.$ZodIssue, allowed: readonly string[]): string {
  if (issue.code !== "unrecognized_keys") return `${issue.path.join(".")} ${issue.message}`;
  return unknownParameter(issue.keys[0] ?? "", allowed);
}

/** Says that a parameter is unknown, and which are known; repeats no more of its name than a message can bear. */
export function unknownParameter(name: string, allowed: readonly string[]): string {
  const shown = JSON.stringify(name.slice(0, NAME_CHARACTERS_MAX));
  const known =
    allowed.length === 0 ? "this route takes no parameters" : `the known ones are ${allowed.join(", ")}`;
  return `unknown parameter ${shown}; ${known}`;
}

const BOOKMARK = /^[0-9a-f]+(?:-[0-9a-f]+){1,7}$/i;
const BOOKMARK_CHARACTERS_MAX = 128;

/** True for a D1 bookmark: groups of hex digits joined by `-`, or one of the two names of a starting point. */
export function isBookmark(text: string): boolean {
  if (text === "first-primary" || text === "first-unconstrained") return true;
  return text.length <= BOOKMARK_CHARACTERS_MAX && BOOKMARK.test(text);
}
