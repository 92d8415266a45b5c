import { expect, it } from "vitest";
import { NO_HEAD } from "../../../src/domain/core/event.ts";
import { type FieldError, invalid } from "../../../src/domain/core/problem.ts";

const error: FieldError = { field: "client_id", code: "required", message: "is missing" };

it.each([
  [[error], "1 field is not valid. See errors."],
  [[error, { ...error, field: "status" }], "2 fields are not valid. See errors."],
])("a refused body lists each field that is not valid and counts them", (errors, detail) => {
  expect(invalid(errors)).toEqual({ code: "validation_error", detail, errors });
});

it("the head of an empty log is before each event and each moment", () => {
  expect(NO_HEAD).toEqual({ sequence: 0, event_id: "", created_at: 0, hash: "" });
});
