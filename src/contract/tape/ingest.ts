import * as z from "zod";
import type { FieldError, Problem } from "../../domain/core/problem.ts";
import { invalid } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { CATEGORIES, CATEGORY_NAMES, isCategory } from "../../domain/tape/categories.ts";
import { type Category, type Field, STEPS, type Step } from "../../domain/tape/fields.ts";
import { isForNamedOnly } from "../../domain/tape/record.ts";
import type { IngestCommand } from "../../domain/tape/state.ts";
import { fieldErrors } from "../field-errors.ts";
import { isJsonObject } from "../json.ts";
import { ignoredTextSchema, valueSchema } from "../values.ts";
import { fieldOfOtherKind, inData, ONLY_ON_UPDATE, unsupportedCategory } from "./problems.ts";

/** Which shape of `data` applies; a kind matters only when a disbursement is created. */
export interface Variant {
  readonly category: Category;
  readonly step: Step;
  readonly kind: "loan" | "purchase" | null;
}

const stepSchema = z.enum(STEPS);
const kindOf = (data: Readonly<Record<string, unknown>>) =>
  data.kind === "loan" || data.kind === "purchase" ? data.kind : null;

/**
 * Checks the body of `POST /ingest` (docs/api.md#ingest). Every field error of the body comes in one answer: where the shape
 * of some fields is wrong, the rules between the others are checked all the same. The rules of a new record are part of
 * its schema, so they come before replay and state (docs/api.md#errors); those of an update need the record.
 */
export function parseIngest(body: unknown): Result<IngestCommand, Problem> {
  const envelope = envelopeSchema.safeParse(body, { reportInput: true });
  const envelopeErrors = envelope.success ? [] : fieldErrors(envelope.error.issues, []);
  const { category, data } = (isJsonObject(body) ? body : {}) as { category?: unknown; data?: unknown };
  if (typeof category === "string" && !isCategory(category)) return err(unsupportedCategory(category));
  if (!isCategory(category) || !isJsonObject(data)) return err(invalid(envelopeErrors));
  const step = stepSchema.safeParse(data.step, { reportInput: true });
  const variant: Variant = { category, step: step.data ?? "update", kind: kindOf(data) };
  const parsed = dataSchema(variant).safeParse(data, { reportInput: true });
  const errors = parsed.success ? [] : fieldErrors(parsed.error.issues, []);
  if (!step.success) errors.push(...fieldErrors(step.error.issues, ["step"]));
  if (variant.step === "create") {
    const unread = unreadFields(errors);
    const change = parsed.success ? parsed.data : readableFields(variant, data, unread);
    errors.push(...CATEGORIES[category].check(null, change, { unread }).errors);
  }
  // Whether a client may be anonymous is known only where the event is decided.
  const isUndecided = errors.every((error) => isForNamedOnly(CATEGORIES[category].fields, error));
  if (!parsed.success || envelopeErrors.length > 0 || !isUndecided) {
    return err(invalid([...envelopeErrors, ...errors.map(inData)]));
  }
  const { step: _, entity_type: _type, entity_id: _id, ...change } = parsed.data;
  const id = String(change[CATEGORIES[category].idField]);
  return ok({ type: "ingest", category, step: variant.step, id, change });
}

const envelopeSchema = z.strictObject({
  category: z.string(),
  data: z.custom<Record<string, unknown>>(isJsonObject, {
    error: "must be an object",
    params: { code: "invalid_type" },
  }),
});

/** The members of `data` that are refused already: no rule between fields judges them. */
function unreadFields(errors: readonly FieldError[]): ReadonlySet<string> {
  return new Set(errors.map(({ field }) => field.split(".")[0] ?? ""));
}

/** What can be read of a body that is refused anyway. */
function readableFields(
  variant: Variant,
  data: Readonly<Record<string, unknown>>,
  unread: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const change: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(dataSchema(variant).shape)) {
    if (unread.has(name)) continue;
    const parsed = (schema as z.ZodType).safeParse(data[name]);
    if (parsed.success && parsed.data !== undefined) change[name] = parsed.data;
  }
  return change;
}

/**
 * What an accepted event set, read from the log. Each member is read by itself: an event was accepted by the rules of its
 * time, and is not judged again.
 */
export function readChange(category: Category, step: Step, data: unknown): IngestCommand["change"] {
  if (!isJsonObject(data)) return {};
  const others = new Set(["step", ...(CATEGORIES[category].ignored ?? [])]);
  return readableFields({ category, step, kind: kindOf(data) }, data, others);
}

const cache = new Map<string, z.ZodObject<z.ZodRawShape>>();

/** Every shape of `data`, for the reference: one for each category and step, and for each kind that is created. */
export const INGEST_VARIANTS: readonly Variant[] = CATEGORY_NAMES.flatMap((category) =>
  STEPS.flatMap((step): Variant[] => {
    if (category !== "disbursement" || step !== "create") return [{ category, step, kind: null }];
    return [
      { category, step, kind: "loan" },
      { category, step, kind: "purchase" },
    ];
  }),
);

/** The schema of `data` for one variant; made when first asked for, so that an isolate starts fast. */
export function dataSchema(variant: Variant): z.ZodObject<z.ZodRawShape> {
  const name = `${variant.category} ${variant.step} ${variant.kind}`;
  const known = cache.get(name);
  if (known) return known;
  const schema = z.strictObject(dataShape(variant));
  cache.set(name, schema);
  return schema;
}

function dataShape({ category, step, kind }: Variant): Record<string, z.ZodType> {
  const { fields, idField, eventFields, ignored = [] } = CATEGORIES[category];
  const ofEvent = Object.entries(eventFields?.fields ?? {});
  const isTaken = eventFields?.steps.includes(step) ?? false;
  const shape: Record<string, z.ZodType> = { step: z.unknown().optional() };
  for (const name of ignored) shape[name] = ignoredTextSchema;
  if (step === "delete") {
    shape[idField] = valueSchema(fields[idField] as Field);
    for (const [name, field] of isTaken ? ofEvent : []) shape[name] = memberSchema(field, step, kind);
    return shape;
  }
  for (const [name, field] of Object.entries(fields)) {
    shape[name] = name === idField ? valueSchema(field) : memberSchema(field, step, kind);
  }
  for (const [name, field] of ofEvent) {
    shape[name] = isTaken ? memberSchema(field, step, kind) : absent(ONLY_ON_UPDATE);
  }
  return shape;
}

function memberSchema(field: Field, step: Step, kind: Variant["kind"]): z.ZodType {
  const { minOnUpdate } = field;
  const value = valueSchema(step === "update" && minOnUpdate ? { ...field, min: minOnUpdate } : field);
  if (field.unlessAnonymous) return value.nullish();
  if (step === "update") return field.required && !field.kind ? value.optional() : value.nullish();
  if (field.kind && kind === null) return value.nullish();
  if (field.kind && field.kind !== kind) return absent(fieldOfOtherKind(field.kind, kind));
  return field.required ? value : value.nullish();
}

/** Marks a member that a shape names only to refuse it in better words than an unknown one. */
export const UNSUPPORTED = { unsupported: true } as const;

function absent(message: string): z.ZodType {
  const isAbsent = (value: unknown) => value === undefined || value === null;
  return z
    .unknown()
    .refine(isAbsent, { error: message, params: { code: "unsupported_field" } })
    .transform(() => undefined)
    .optional()
    .meta(UNSUPPORTED);
}
