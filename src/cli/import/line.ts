import type { FieldError } from "../../domain/core/problem.ts";

/** The place of a line: the file's index among the arguments, and the line's number from 1. */
export interface LinePlace {
  readonly file: number;
  readonly line: number;
}

/** Why a line is refused; `status` is the service's, or null for a line that was not sent. */
export interface Refusal {
  readonly status: number | null;
  readonly code: string;
  readonly errors: readonly FieldError[];
}

/** One line of the input: the text of its envelope, or its refusal. */
export type SourceLine = LinePlace & ({ readonly text: string } | { readonly refusal: Refusal });

/** Longest line, in bytes (docs/api.md#errors). */
export const LINE_BYTES_MAX = 65_536;

/** A refusal that is found before anything is sent. */
export const refusedHere = (code: string, message: string): Refusal => ({
  status: null,
  code,
  errors: [{ field: "", code: "invalid_value", message }],
});
