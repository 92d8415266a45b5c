import type { Problem } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { IngestCommand } from "../../domain/tape/state.ts";
import { isIdempotencyKey } from "../idempotency-key.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { parseIngest } from "./ingest.ts";
import { LINE_WITH_INVALID_KEY, LINE_WITHOUT_KEY, lineTooLarge, malformedLine } from "./problems.ts";

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
  readonly key: string;
  readonly body: { readonly category?: unknown; readonly data?: unknown };
  readonly command: IngestCommand;
}

/** Checks one line as `POST /ingest` checks a request, in the same order: size, JSON, key, schema. */
export function parseLine({ text }: BatchLine): Result<LineRequest, Problem> {
  if (text.length > LINE_BYTES_MAX || new TextEncoder().encode(text).length > LINE_BYTES_MAX) {
    return err(lineTooLarge(LINE_BYTES_MAX));
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return err(malformedLine(parsed.error));
  const { idempotency_key: key, ...body } = isJsonObject(parsed.value) ? parsed.value : {};
  if (isJsonObject(parsed.value) && key === undefined) return err(LINE_WITHOUT_KEY);
  if (isJsonObject(parsed.value) && !isIdempotencyKey(key)) return err(LINE_WITH_INVALID_KEY);
  const command = parseIngest(isJsonObject(parsed.value) ? body : parsed.value);
  if (!command.ok) return command;
  return ok({ key: String(key), body, command: command.value });
}
