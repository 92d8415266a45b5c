import { isLosslessNumber } from "lossless-json";
import * as z from "zod";
import { CATEGORIES, CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import { type Category, STEPS } from "../../domain/tape/fields.ts";
import { documented, type JsonSchema } from "../documented.ts";

/** Longest name of a mapping; it is part of the name of the import's checkpoint. */
const NAME_CHARACTERS_MAX = 64;

const isScalar = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || isLosslessNumber(value);

const SCALAR: JsonSchema = { type: ["string", "number", "boolean"] };
const scalar = z
  .custom<unknown>(isScalar, {
    error: "must be a text, a number, true or false",
    params: { code: "invalid_type" },
  })
  .meta(documented(SCALAR));

const anything = z
  .custom<unknown>((value) => value !== undefined && value !== null, { error: "must be a value" })
  .meta(documented({ description: "Any JSON value but null." }));

const column = z.string().min(1).meta({
  description:
    "A column's name in the header; `#3` is the third one. `{each}` stands for the item of `each`.",
});

const notation = {
  values: z.record(z.string(), scalar).optional().meta({
    description: "What each cell means. A cell that is not listed is refused, unless there is `otherwise`.",
  }),
  otherwise: scalar.optional().meta({ description: "What a cell means that `values` does not list." }),
  format: z.string().min(1).optional().meta({
    description:
      "How the cell is written: a day such as `DD/MM/YYYY`, `excel` (a spreadsheet's number of a day), `accounting` (currency signs, parentheses for a minus), or `text` (as it is).",
  }),
};

/** Where a value comes from. */
const mappedValue = z
  .union([
    z.strictObject({ column, ...notation }),
    z.strictObject({ constant: anything }),
    z.strictObject({
      template: z
        .string()
        .min(1)
        .meta({ description: "A text with `{column}` in it, such as `L-{Loan no}`." }),
      ...notation,
    }),
  ])
  .meta({ id: "Value", description: "One of `column`, `constant` and `template`." });

const condition = z
  .union([
    z.strictObject({ column, given: z.boolean().meta({ description: "Whether the cell is not empty." }) }),
    z.strictObject({ column, equals: scalar }),
    z.strictObject({ column, one_of: z.array(scalar).min(1) }),
  ])
  .meta({ id: "Condition" });

const rest = z.enum(["refuse", "ignore", "info"]);

/** The fields that an event of a category may set. */
const fieldNames = (category: Category): readonly string[] => {
  const { fields, eventFields, ignored = [] } = CATEGORIES[category];
  return [...Object.keys(fields), ...Object.keys(eventFields?.fields ?? {}), ...ignored];
};

const eventOf = (category: Category) =>
  z.strictObject({
    category: z.literal(category),
    step: z.enum(STEPS).optional().meta({ description: "`create` by default." }),
    when: z
      .union([condition, z.array(condition)])
      .optional()
      .meta({ description: "The event is made only where this holds; all of a list." }),
    each: z.array(z.string()).min(1).optional().meta({
      description:
        "Makes the event once for each item; `{each}` in names, constants and templates is the item.",
    }),
    rest: rest
      .optional()
      .meta({ description: "`info`: the columns that nothing uses become members of this event's `info`." }),
    fields: z.strictObject(
      Object.fromEntries(fieldNames(category).map((name) => [name, mappedValue.optional()])),
    ),
  });

const events = CATEGORY_NAMES.map(eventOf);

const COMPARED = ["outstanding", "days_past_due", "arrears", "state"] as const;

/** What `loan-ledger tie-out` compares with the positions. */
type Compared = (typeof COMPARED)[number];

const tieOut = z.strictObject({
  disbursement_id: mappedValue,
  ...(Object.fromEntries(COMPARED.map((name) => [name, mappedValue.optional()])) as Record<
    Compared,
    z.ZodOptional<typeof mappedValue>
  >),
});

/** How the rows of a table become events (docs/import.md#mappings). */
export const mapping = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .max(NAME_CHARACTERS_MAX)
    .meta({ description: "Letters, digits, `.`, `_` and `-`." }),
  delimiter: z.string().length(1).optional(),
  decimal: z
    .enum([".", ","])
    .optional()
    .meta({ description: "The decimal sign; the other signs separate thousands." }),
  date_format: z.string().min(1).optional().meta({ description: "A day such as `DD/MM/YYYY`, or `excel`." }),
  encoding: z.string().min(1).optional().meta({ description: "Such as `windows-1252`; UTF-8 by default." }),
  columns: z
    .array(z.string())
    .min(1)
    .optional()
    .meta({ description: "The columns of a file without a header." }),
  rest: rest.optional().meta({
    description:
      "What becomes of columns that nothing uses: `refuse` (default), `ignore`, or `info`: members of `info` of the row's first event.",
  }),
  events: z
    .array(
      z.discriminatedUnion("category", events as [(typeof events)[number], ...(typeof events)[number][]]),
    )
    .min(1),
  tie_out: tieOut.optional().meta({ description: "The seller's figures, for `loan-ledger tie-out`." }),
});

export type Mapping = z.infer<typeof mapping>;
export type MappedEvent = Mapping["events"][number];
export type MappedValue = z.infer<typeof mappedValue>;
export type Condition = z.infer<typeof condition>;

/** The JSON Schema of a mapping file (`/schemas/mapping.json`). */
export function mappingSchema(): JsonSchema {
  return {
    ...z.toJSONSchema(mapping, {
      target: "draft-2020-12",
      io: "input",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        const { override } = (z.globalRegistry.get(zodSchema) ?? {}) as Partial<
          ReturnType<typeof documented>
        >;
        override?.({ jsonSchema });
        delete jsonSchema.override;
      },
    }),
    title: "Mapping of loan-ledger import",
  };
}
