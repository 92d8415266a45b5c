import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/domain/core/problem.ts";
import type { Step } from "../../src/domain/tape/fields.ts";
import { settleInOrder } from "../../src/tenant/in-order.ts";
import { CALL_VERSION, isNewer, type Submission, type SubmitReply } from "../../src/tenant/submission.ts";

const line = (
  category: "client" | "payment",
  id: string,
  step: Step = "create",
  change = {},
): Submission => ({
  version: CALL_VERSION,
  key: `key-of-${id}-${step}`,
  fingerprint: id,
  data: "{}",
  actor: null,
  trace_id: "",
  traceparent: "",
  command: { type: "ingest", category, step, id, change },
});

const timings = { queue: 0, load: 0, commit: 0 };
const refused = (code: Problem["code"], field?: string): SubmitReply => ({
  kind: "rejected",
  problem: {
    code,
    detail: "",
    ...(field && { errors: [{ field: "f", code: field as never, message: "" }] }),
  },
  timings,
});
const accepted = { kind: "accepted", timings } as SubmitReply;

const codesOf = (...pairs: readonly (readonly [Submission, SubmitReply])[]) =>
  settleInOrder(
    pairs.map(([submission]) => submission),
    pairs.map(([, reply]) => reply),
  ).map((reply) => (reply.kind === "rejected" ? reply.problem.code : reply.kind));

const one = line("client", "C-1");
const other = line("client", "C-2");

describe("the replies to the commands of one call", () => {
  it("stay as they are while every command is decided", () => {
    const lacking = refused("validation_error", "unknown_reference");
    expect(codesOf([one, refused("not_found")], [other, lacking], [one, accepted])).toEqual([
      "not_found",
      "validation_error",
      "accepted",
    ]);
  });

  it.each(["unavailable", "overloaded", "internal_error"] as const)(
    "refuse nothing for what the log lacks after one that is %s",
    (code) => {
      const lacking = refused("validation_error", "unknown_reference");
      expect(
        codesOf(
          [other, refused("not_found")],
          [one, refused(code)],
          [other, refused("not_found")],
          [other, lacking],
        ),
      ).toEqual(["not_found", code, "unavailable", "unavailable"]);
    },
  );

  it("refuse nothing because of an earlier state of a record whose change is not decided", () => {
    const pay = line("payment", "P-1", "create", { client_id: "C-1" });
    expect(
      codesOf(
        [line("client", "C-1", "delete"), refused("unavailable")],
        [one, refused("already_exists")],
        [pay, refused("validation_error", "client_mismatch")],
        [line("payment", "P-1", "update"), refused("validation_error", "inconsistent_amounts")],
      ),
    ).toEqual(["unavailable", "unavailable", "unavailable", "unavailable"]);
  });

  it("say of a command that is to be sent again that no time was spent on it", () => {
    const [, reply] = settleInOrder([one, other], [refused("unavailable"), refused("not_found")]);
    const problem = { code: "unavailable", detail: expect.any(String) };
    expect(reply).toEqual({ kind: "rejected", problem, timings });
  });

  it("are as many as the commands", () => {
    expect(() => codesOf([one, undefined as never])).toThrow("each command has a reply");
  });

  it("keep a refusal that no missing command can change", () => {
    expect(
      codesOf(
        [one, refused("unavailable")],
        [other, refused("already_exists")],
        [other, refused("validation_error", "invalid_value")],
        [one, refused("idempotency_mismatch")],
        [other, accepted],
      ),
    ).toEqual(["unavailable", "already_exists", "validation_error", "idempotency_mismatch", "accepted"]);
  });
});

it.each([
  [0, false],
  [1, false],
  [2, true],
])("a call of version %i is newer than this gate: %s", (version, newer) => {
  expect(isNewer({ version })).toBe(newer);
});
