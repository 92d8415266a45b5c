import { LosslessNumber } from "lossless-json";
import type * as z from "zod";
import type { PastCategory } from "../../domain/position/past.ts";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import {
  changeFields,
  clientFields,
  disbursementFields,
  type Fields,
  paymentFields,
  STEPS,
  type Step,
} from "../../domain/tape/fields.ts";
import type { PastEvent } from "../../domain/tape/fold.ts";
import { valueSchema } from "../values.ts";

/** An event of the log with the needed members as JSON text, null for a member that was not sent. */
interface LoggedEvent {
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  readonly created_at: number;
  readonly members: Readonly<Record<string, string | null>>;
}

const FIELDS: Readonly<Record<PastCategory, Fields>> = {
  client: clientFields,
  disbursement: { ...disbursementFields, ...changeFields },
  payment: { ...paymentFields, ...changeFields },
};

const isCategory = (text: string): text is PastCategory => Object.hasOwn(FIELDS, text);
const isStep = (text: string): text is Step => STEPS.some((step) => step === text);

const schemas = new Map<string, z.ZodType>();

/** The schema of a member as ingest reads it (docs/api.md#values), made once. */
function schemaOf(category: PastCategory, name: string): z.ZodType | undefined {
  const field = FIELDS[category][name];
  if (!field) return undefined;
  const key = `${category}.${name}`;
  const known = schemas.get(key);
  if (known) return known;
  // An accepted event must not be refused here: an update may have set an amount that a create may not.
  const schema = valueSchema(field.type === "amount" ? { type: "amount", required: false } : field);
  schemas.set(key, schema);
  return schema;
}

/** Reads an event of the log as ingest read it at the time. */
export function pastEvent(row: LoggedEvent): { readonly category: PastCategory; readonly event: PastEvent } {
  const { sequence, category, step, record_id, created_at, members } = row;
  if (!isCategory(category) || !isStep(step)) throw new Error(`event ${sequence} is no event of a position`);
  const change: Record<string, unknown> = { [CATEGORIES[category].idField]: record_id };
  for (const [name, text] of Object.entries(members)) {
    const schema = text === null ? undefined : schemaOf(category, name);
    if (text === null || !schema) continue;
    const value = memberOf(text);
    change[name] = value === null ? null : schema.parse(value);
  }
  return { category, event: { step, change, sequence, created_at } };
}

const memberOf = (json: string): unknown =>
  /^[-\d]/.test(json) ? new LosslessNumber(json) : JSON.parse(json);
