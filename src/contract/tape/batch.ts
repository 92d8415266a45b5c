import type { Problem } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { utf8Length } from "../../domain/core/utf8.ts";
import { keyHash } from "../../domain/log/hash.ts";
import type { IngestCommand } from "../../domain/tape/state.ts";
import { isIdempotencyKey, isKeyHash } from "../idempotency-key.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { parseIngest } from "./ingest.ts";
import {
  LINE_OF_ANOTHER_TENANT,
  LINE_WITH_INVALID_KEY,
  LINE_WITH_INVALID_KEY_HASH,
  LINE_WITHOUT_KEY,
  lineTooLarge,
  malformedLine,
} from "./problems.ts";

/** Most lines of a batch, blank ones included (docs/api.md#batches). */
export const BATCH_LINES_MAX = 500;
const LINE_BYTES_MAX = 64 * 1024;

/** A line of a batch that is not blank; lines count from 1. */
export interface BatchLine {
  readonly line: number;
  readonly text: string;
}

/** The lines of a batch, or null when there are too many. They end with LF or CRLF; the last one need not. */
export function batchLines(text: string): readonly BatchLine[] | null {
  const pieces = text.split("\n", BATCH_LINES_MAX + 2);
  if (pieces.at(-1) === "") pieces.pop();
  if (pieces.length > BATCH_LINES_MAX) return null;
  return pieces
    .map((piece, index) => ({ line: index + 1, text: piece.endsWith("\r") ? piece.slice(0, -1) : piece }))
    .filter((line) => line.text.trim() !== "");
}

/** A checked line: the request `POST /ingest` that it means. */
interface LineRequest {
  readonly key_hash: string;
  readonly body: { readonly category?: unknown; readonly data?: unknown };
  readonly command: IngestCommand;
}

/** Checks one line as `POST /ingest` checks a request, in the same order: size, JSON, key, schema. */
export function parseLine({ text }: BatchLine, tenant: string): Result<LineRequest, Problem> {
  if (utf8Length(text) > LINE_BYTES_MAX) return err(lineTooLarge(LINE_BYTES_MAX));
  const parsed = parseJson(text);
  if (!parsed.ok) return err(malformedLine(parsed.error));
  const line = isJsonObject(parsed.value) ? parsed.value : null;
  const { key, body } = line ? keyOfLine(tenant, line) : { key: ok(""), body: {} };
  if (!key.ok) return key;
  const command = parseIngest(line ? body : parsed.value);
  return command.ok ? ok({ key_hash: key.value, body, command: command.value }) : command;
}

/** The hash of a line's key, and the rest of the line. A line of an export has only the hash, and names its tenant. */
function keyOfLine(
  tenant: string,
  { idempotency_key, key_hash, ...rest }: Readonly<Record<string, unknown>>,
): { readonly key: Result<string, Problem>; readonly body: LineRequest["body"] } {
  if (key_hash !== undefined) {
    const { tenant_id = tenant, ...body } = rest;
    if (tenant_id !== tenant) return { key: err(LINE_OF_ANOTHER_TENANT), body };
    const isValid = idempotency_key === undefined && isKeyHash(key_hash);
    return { key: isValid ? ok(key_hash) : err(LINE_WITH_INVALID_KEY_HASH), body };
  }
  if (idempotency_key === undefined) return { key: err(LINE_WITHOUT_KEY), body: rest };
  const isValid = isIdempotencyKey(idempotency_key);
  return { key: isValid ? ok(keyHash(tenant, idempotency_key)) : err(LINE_WITH_INVALID_KEY), body: rest };
}
