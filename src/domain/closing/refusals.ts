import type { Day } from "../core/dates.ts";
import { type FieldError, invalid, type Problem } from "../core/problem.ts";

const refusal = (error: FieldError): Problem => invalid([error]);

export const tooRecent = (today: Day): Problem =>
  refusal({
    field: "closed_through",
    code: "invalid_value",
    message: `must be before today, which is ${today} in the tenant's time zone`,
  });

/** An earlier day, or none: it is asked for expressly, and says why. */
export function notExpress(closed_through: Day, lacking: readonly ("reopen" | "note")[]): Problem {
  const must = { reopen: "must be true", note: "must say why" };
  return invalid(
    lacking.map((field) => ({
      field,
      code: "required",
      message: `${must[field]}: the books are closed through ${closed_through}, and this reopens a part of them`,
    })),
  );
}

export const openingUnfinished = (): Problem => ({
  code: "opening_unfinished",
  detail: "Earlier records are still being booked. GET /v1/bookkeeping says how many are left.",
});
