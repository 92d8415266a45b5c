import type { FieldError } from "../../domain/core/problem.ts";
import type { Category } from "../../domain/tape/fields.ts";

/** The place of an event: the file's index among the arguments, the line from 1, and the event of the line from 0. */
export interface LinePlace {
  readonly file: number;
  readonly line: number;
  readonly event: number;
}

/** Why a line is refused; `status` is the service's, or null for a line that was not sent. */
export interface Refusal {
  readonly status: number | null;
  readonly code: string;
  readonly errors: readonly FieldError[];
}

/** The record that a line is about, as far as that can be read. */
export interface LineSubject {
  readonly category: Category | null;
  readonly id: string | null;
}

/** The text of an event's envelope. */
export interface SourceEvent {
  readonly text: string;
  /** Other lines may repeat it word for word: it is one event. */
  readonly isShared: boolean;
}

/** One line or row of the input: its events, which may be none, or why it is refused. */
export type SourceLine = Omit<LinePlace, "event"> &
  ({ readonly events: readonly SourceEvent[] } | ({ readonly refusal: Refusal } & LineSubject));

/** Longest line, in bytes (docs/api.md#errors). */
export const LINE_BYTES_MAX = 65_536;

/** A refusal that is found before anything is sent. */
export const refusedHere = (code: string, message: string): Refusal => ({
  status: null,
  code,
  errors: [{ field: "", code: "invalid_value", message }],
});
