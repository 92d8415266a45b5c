import * as z from "zod";
import { TAPE_ROUTES } from "../../contract/routes/tape.ts";
import * as answers from "../../contract/tape/answers.ts";
import { dataSchema, INGEST_VARIANTS, UNSUPPORTED, type Variant } from "../../contract/tape/ingest.ts";
import { CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import { fieldDescription } from "../field-descriptions.ts";
import { BATCH_EXAMPLES, INGEST_EXAMPLES } from "../ingest-examples.ts";
import { operationsOf } from "../operation.ts";
import { keyHashSchema, keySchema } from "../parameters.ts";

const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

/** `ClientCreate`, `LoanCreate`, `DisbursementUpdate`. */
const nameOf = ({ category, step, kind }: Variant) => `${capital(kind ?? category)}${capital(step)}`;

/** `data` of one category and step: the schema that validates, without the fields that it always refuses. */
function dataOf(variant: Variant): z.ZodObject {
  const { category, step, kind } = variant;
  const members = Object.entries(dataSchema(variant).shape).flatMap(([name, schema]) => {
    const member = schema as z.ZodType;
    if (member.meta()?.unsupported === UNSUPPORTED.unsupported) return [];
    if (name === "step") return [["step", z.literal(step)] as const];
    if (name === "kind" && kind !== null) return [["kind", z.literal(kind)] as const];
    return [
      [name, member.meta({ ...member.meta(), description: fieldDescription(category, name) })] as const,
    ];
  });
  return z.strictObject(Object.fromEntries(members)).meta({ id: nameOf(variant) });
}

/** Exactly one of these: no body matches two, because their constants differ. */
const oneOf = (schemas: readonly z.ZodType[], metadata: Readonly<Record<string, unknown>> = {}) =>
  z.union(schemas as readonly [z.ZodType, z.ZodType]).meta({
    ...metadata,
    override: ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }) => {
      jsonSchema.oneOf = jsonSchema.anyOf;
      delete jsonSchema.anyOf;
    },
  });

function eventOf(category: Category): z.ZodObject {
  const variants = INGEST_VARIANTS.filter((variant) => variant.category === category);
  return z
    .strictObject({ category: z.literal(category), data: oneOf(variants.map(dataOf)) })
    .meta({ id: `${capital(category)}Event` });
}

const events = CATEGORY_NAMES.map(eventOf);
const event = oneOf(events, { id: "IngestEvent" });

/** What names the event of a line: its key, or the hash of it that an export has. */
const keys = [{ idempotency_key: keySchema }, { key_hash: keyHashSchema }];

/** A line of a batch, one for each category and kind of key: the event with its key. */
const batchLine = oneOf(
  keys.flatMap((key) =>
    events.map((one, index) =>
      z
        .strictObject({ ...key, ...one.shape })
        .meta({ id: `${capital(CATEGORY_NAMES[index] ?? "")}${"key_hash" in key ? "Exported" : ""}Line` }),
    ),
  ),
  { id: "BatchLine" },
);

/** docs/api.md#ingest */
export const INGEST_OPERATIONS = operationsOf({
  tag: "Ingest",
  routes: TAPE_ROUTES,
  answersOf: () => answers,
  words: {
    ingest: {
      summary: "Send one event",
      description: [
        "Creates, updates or deletes a client, a disbursement (loan or purchase), a payment or an operation.",
        "",
        "- `create` with the id of a live record is 409.",
        "- `update` takes any subset of the fields; the merged record must satisfy every rule of `create`. `null` clears an optional field.",
        "- `delete` takes the id and nothing else.",
        "- Unknown members are refused, so no misspelt field is lost.",
        "- References must exist and be live: create clients first, then disbursements, then payments and operations.",
      ].join("\n"),
      body: { schema: event, examples: INGEST_EXAMPLES },
      answers: { 200: "Updated, deleted, or a replay of a used key.", 201: "Created." },
    },
    ingestBatch: {
      summary: "Send up to 500 events",
      description: [
        "One event per line, as newline-delimited JSON; the schema describes one line. A line is the request `POST /ingest` with its own key. Lines are decided separately, in their order.",
        "",
        "- At most 500 lines and 2 MiB unpacked; a line has at most 64 KiB. `Content-Encoding: gzip` is accepted.",
        "- The answer has one line for each, with the status, headers and body that `POST /ingest` would answer.",
        "- A batch that is sent again is all duplicates.",
      ].join("\n"),
      body: { schema: batchLine, examples: BATCH_EXAMPLES },
      answers: {
        200: "Every line was accepted. The schema describes one line.",
        207: "At least one line was refused. The schema describes one line.",
      },
    },
  },
});
