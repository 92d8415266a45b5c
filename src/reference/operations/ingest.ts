import * as z from "zod";
import { accepted, batchAnswer } from "../../contract/tape/answers.ts";
import { dataSchema, INGEST_VARIANTS, UNSUPPORTED, type Variant } from "../../contract/tape/ingest.ts";
import { CATEGORIES, type Category } from "../../domain/tape/fields.ts";
import { answer, json } from "../answers.ts";
import { fieldDescription } from "../field-descriptions.ts";
import { BATCH_EXAMPLES, INGEST_EXAMPLES } from "../ingest-examples.ts";
import type { Content, Operation } from "../operation.ts";
import { keySchema } from "../parameters.ts";

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

const events = CATEGORIES.map(eventOf);
const event = oneOf(events, { id: "IngestEvent" });

/** A line of a batch, one for each category: the event with its key. */
const batchLine = oneOf(
  events.map((one, index) =>
    z
      .strictObject({ idempotency_key: keySchema, ...one.shape })
      .meta({ id: `${capital(CATEGORIES[index] ?? "")}Line` }),
  ),
  { id: "BatchLine" },
);

const lines: Content = { media: "application/x-ndjson", schema: batchAnswer };

/** docs/api.md#ingest */
export const INGEST_OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/ingest",
    id: "ingest",
    tag: "Ingest",
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
    scope: "ingest:write",
    keyed: true,
    body: { ...json(event), examples: INGEST_EXAMPLES },
    answers: {
      200: answer("Updated, deleted, or a replay of a used key.", json(accepted), [
        "x-d1-bookmark",
        "Idempotent-Replayed",
      ]),
      201: answer("Created.", json(accepted), ["x-d1-bookmark", "Location"]),
    },
    problems: ["unsupported_category", "not_found", "already_exists", "amount_overflow"],
  },
  {
    method: "post",
    path: "/ingest/batch",
    id: "ingestBatch",
    tag: "Ingest",
    summary: "Send up to 500 events",
    description: [
      "One event per line, as newline-delimited JSON; the schema describes one line. A line is the request `POST /ingest` with its own key. Lines are decided separately, in their order.",
      "",
      "- At most 500 lines and 2 MiB unpacked; a line has at most 64 KiB. `Content-Encoding: gzip` is accepted.",
      "- The answer has one line for each, with the status, headers and body that `POST /ingest` would answer.",
      "- A batch that is sent again is all duplicates.",
    ].join("\n"),
    scope: "ingest:write",
    body: { media: "application/x-ndjson", schema: batchLine, examples: BATCH_EXAMPLES },
    answers: {
      200: answer("Every line was accepted. The schema describes one line.", lines, ["x-d1-bookmark"]),
      207: answer("At least one line was refused. The schema describes one line.", lines, ["x-d1-bookmark"]),
    },
    problems: ["too_many_lines"],
  },
];
