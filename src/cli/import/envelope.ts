import { hash } from "node:crypto";
import { canonicalText } from "../../contract/canonical.ts";
import { isJsonObject, parseJson, stringifyJson } from "../../contract/json.ts";
import { parseIngest } from "../../contract/tape/ingest.ts";
import type { Problem } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { eventKind, isOfRecords } from "../../domain/event-kinds.ts";
import { CATEGORIES, isCategory, REFERENCES } from "../../domain/tape/categories.ts";
import { type Category, STEPS, type Step } from "../../domain/tape/fields.ts";
import { type Refusal, refusedHere } from "./line.ts";

/** Another record that a line refers to. */
export interface Reference {
  readonly category: Category;
  readonly id: string;
}

/** What says when and in which lane a line is sent. */
export interface LineRoute {
  readonly category: Category;
  readonly step: Step;
  /** Empty when the line names no id. */
  readonly id: string;
  /** The parents that the line names. */
  readonly references: readonly Reference[];
}

/** What the import must know of a line. The service checks the rest. */
export interface Envelope extends LineRoute {
  /** The line's own idempotency key, or the hash of it; null where it has none of this tenant. */
  readonly key: string | null;
  /** The line has the hash of another tenant's key: it gets a new key. */
  readonly isForeign: boolean;
  /** The line as parsed, without both. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An event of an export that no request can send again, such as `client erase`: the import leaves it out. */
interface Unsent {
  readonly unsent: string;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const refusalOf = ({ code, detail, errors }: Problem): Refusal =>
  errors ? { status: null, code, errors } : refusedHere(code, detail);

/**
 * Reads the envelope of a line that is for a tenant. An error means that not even its category or step is readable.
 */
export function readEnvelope(text: string, tenant: string): Result<Envelope, Refusal | Unsent> {
  const json = parseJson(text);
  if (!json.ok) return err(refusedHere("malformed_json", `${json.error}.`));
  if (!isJsonObject(json.value)) return err(refusedHere("malformed_json", "A line is a JSON object."));
  const { idempotency_key, key_hash, ...rest } = json.value;
  const { tenant_id, ...body } = key_hash === undefined ? { ...rest, tenant_id: undefined } : rest;
  const { category } = body;
  const data = isJsonObject(body.data) ? body.data : null;
  const step = STEPS.find((known) => known === data?.step);
  if (!isCategory(category) || data === null || step === undefined) return err(unroutable(body));
  if (idempotency_key !== undefined && typeof idempotency_key !== "string") {
    return err(refusedHere("invalid_idempotency_key", "The idempotency_key is a text."));
  }
  if (key_hash !== undefined && typeof key_hash !== "string") {
    return err(refusedHere("invalid_idempotency_key", "The key_hash is a text."));
  }
  const isForeign = tenant_id !== undefined && tenant_id !== tenant;
  const key = isForeign ? null : (idempotency_key ?? key_hash ?? null);
  const id = textOf(data[CATEGORIES[category].idField]);
  return ok({ category, step, id, key, isForeign, references: referencesOf(category, data), body });
}

function unroutable(body: Readonly<Record<string, unknown>>): Refusal | Unsent {
  const { category, data } = body;
  const step = (isJsonObject(data) ? data.step : undefined) ?? body.step;
  const [of, what] = [String(category), String(step)];
  if (eventKind(of, what) && !isOfRecords(of, what)) return { unsent: `${of} ${what}` };
  const parsed = parseIngest(body);
  return parsed.ok ? refusedHere("validation_error", "The line has no step.") : refusalOf(parsed.error);
}

function referencesOf(category: Category, data: Readonly<Record<string, unknown>>): readonly Reference[] {
  return REFERENCES[category].flatMap(({ field, category: to }) =>
    idsIn(data[field], CATEGORIES[to].idField).map((id) => ({ category: to, id })),
  );
}

/** The ids in a member that refers to records: an id, or a list of objects with one. */
function idsIn(value: unknown, idField: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => (isJsonObject(one) ? idsIn(one[idField], "") : []));
  return typeof value === "string" && value !== "" ? [value] : [];
}

/** The whole schema of `POST /ingest`, applied here: what `--dry-run` refuses. */
export function schemaRefusal({ body }: Envelope): Refusal | null {
  const parsed = parseIngest(body);
  return parsed.ok ? null : refusalOf(parsed.error);
}

/** Identifies equal envelopes of a tenant, regardless of the order of their members: a SHA-256 in hex. */
export const envelopeHash = (tenant: string, { body }: Envelope): string =>
  hash("sha256", `${tenant}\n${canonicalText(body)}`, "hex");

/** The key of a line without one: always the same for the same line of the same files. */
export const derivedKey = (envelope: string, occurrence: number): string =>
  `import:${hash("sha256", `${envelope}\n${occurrence}`, "base64url")}`;

/** A line of a batch: the envelope with its key. */
export function withKey(text: string, key: string, { key: own, isForeign, body }: Envelope): string {
  if (isForeign) return stringifyJson({ idempotency_key: key, ...body });
  return own === null ? `{"idempotency_key":${JSON.stringify(key)},${text.slice(1)}` : text;
}
