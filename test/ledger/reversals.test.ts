import { describe, expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, oneTo } from "../support/gate.ts";
import { bulkEntryId, disbursementCommand, postInBulk } from "./bulk.ts";
import { disburse, disbursed, entryIdOf, INT64_MAX, LOAN, refusalOf, reverse } from "./post.ts";
import { accountSums, principalOwed } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const today = () => new Date().toISOString().slice(0, 10);

describe("a reversal", () => {
  it("answers 201 and is the mirror image of the whole entry, line for line", async () => {
    const api = new Api();
    const posted = await disburse(api, { destination_ref: "acct-9" });
    const answer = await reverse(api, posted.body.journal_entry_id, {
      reason_code: "returned",
      reason_description: "The bank sent it back",
      effective_at: "2024-01-02",
      metadata: { ticket: "T-1" },
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      journal_entry_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reverses_entry_id: posted.body.journal_entry_id,
      posted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      correlation_id: posted.body.disbursement_event_id,
    });
    expect(answer.headers.get("x-d1-bookmark")).not.toBeNull();
    const { body: original } = await api.get(`/v1/journal-entries/${posted.body.journal_entry_id}`);
    const { body: mirrored } = await api.get(answer.headers.get("Location") ?? "");
    // Debits come first, so the lines change places.
    const [debit, credit] = original.lines;
    expect(mirrored).toEqual({
      journal_entry_id: answer.body.journal_entry_id,
      event_type: "reversal",
      effective_at: "2024-01-02",
      value_date: "2024-01-02",
      posted_at: answer.body.posted_at,
      lines: [
        { ...credit, sequence: 1, direction: "DR" },
        { ...debit, sequence: 2, direction: "CR" },
      ],
      correlation_id: posted.body.disbursement_event_id,
      reverses_entry_id: posted.body.journal_entry_id,
      description: "The bank sent it back",
      actor: "test-client",
    });
    expect(original.reverses_entry_id).toBeUndefined();
    expect(await principalOwed(api)).toBe("0");
    await expectSoundBooks(api.tenant);
  });

  it("takes effect today by default, and has its reason", async () => {
    const api = new Api();
    const days = [today()];
    const id = entryIdOf(await reverse(api, await disbursed(api), { reason_code: "duplicate" }));
    days.push(today());
    const { body } = await api.get(`/v1/journal-entries/${id}`);
    expect(days).toContain(body.effective_at);
    expect(body.description).toBe("Reversal: duplicate");
    expect(await principalOwed(api, LOAN, "2023-12-25")).toBe("88849");
    expect(await principalOwed(api)).toBe("0");
  });

  it("cannot take effect before the entry, which would leave a negative balance in between", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const refused = await reverse(api, id, { effective_at: "2023-12-24" });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([{ field: "effective_at", code: "inconsistent_dates" }]);
    entryIdOf(await reverse(api, id, { effective_at: "2023-12-25" }));
    expect(await principalOwed(api, LOAN, "2023-12-24")).toBe("0");
    expect(await principalOwed(api, LOAN, "2023-12-25")).toBe("0");
  });

  it("of an entry that takes effect later takes effect on the same day, not today", async () => {
    const api = new Api();
    const reversal = entryIdOf(await reverse(api, await disbursed(api, { effective_at: "2999-01-01" })));
    expect((await api.get(`/v1/journal-entries/${reversal}`)).body.effective_at).toBe("2999-01-01");
    expect(await principalOwed(api)).toBe("0");
    expect(await principalOwed(api, LOAN, "2999-01-01")).toBe("0");
  });

  it("of the largest amount loses no unit", async () => {
    const api = new Api();
    const id = await disbursed(api, { amount_minor: `${INT64_MAX}` });
    expect(await principalOwed(api)).toBe("9223372036854775807");
    entryIdOf(await reverse(api, id));
    expect(await accountSums(api, "1100")).toBe(`${INT64_MAX} ${INT64_MAX} 0`);
    await expectSoundBooks(api.tenant);
  });

  it("accepts the entry's id in any case", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const answer = await reverse(api, id.toUpperCase());
    expect(answer.body.reverses_entry_id).toBe(id);
  });
});

describe("a reversal is refused", () => {
  it.each([
    ["no entry", { reverses_entry_id: undefined }, "reverses_entry_id required"],
    ["an id that is no UUID", { reverses_entry_id: "E-1" }, "reverses_entry_id invalid_value"],
    ["no reason", { reason_code: undefined }, "reason_code required"],
    ["an unknown reason", { reason_code: "regret" }, "reason_code invalid_value"],
    ["an empty description", { reason_description: "" }, "reason_description invalid_value"],
    [
      "a description of 501 characters",
      { reason_description: "x".repeat(501) },
      "reason_description invalid_value",
    ],
    ["a description of two lines", { reason_description: "a\nb" }, "reason_description invalid_value"],
    ["a day that is none", { effective_at: "2023-02-29" }, "effective_at invalid_value"],
    ["metadata of 2049 bytes", { metadata: { k: "x".repeat(2041) } }, "metadata invalid_value"],
    ["an amount: it is the whole entry or nothing", { amount_minor: "1" }, "amount_minor unknown_field"],
  ])("with %s", async (_, change, error) => {
    const api = new Api();
    const answer = await reverse(api, await disbursed(api), change);
    expect(refusalOf(answer)).toEqual([400, "validation_error", error]);
  });

  it.each(["error_correction", "duplicate", "returned", "other"])(
    "never for the reason %s",
    async (reason) => {
      const api = new Api();
      const change = { reason_code: reason, reason_description: "😀".repeat(500) };
      entryIdOf(await reverse(api, await disbursed(api), change));
    },
  );
});

describe("concurrent reversals", () => {
  it("of one entry with different keys: exactly one is posted", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const answers = await Promise.all(oneTo(10).map(() => reverse(api, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(refusalOf(answer)).toEqual([409, "already_reversed"]);
    }
    expect((await storedBooks(api.tenant)).events).toBe(2);
    await expectSoundBooks(api.tenant);
  });

  it("in one group: the second sees the first", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const hold = new HeldCalls();
    d1.meet(isCommit, hold.fault, 1);
    const first = disburse(api, { loan_id: crypto.randomUUID() });
    await hold.reached();
    const reversals = oneTo(2).map(() => reverse(api, id));
    await arrivals(gateOf(api.tenant));
    hold.release();
    entryIdOf(await first);
    const answers = await Promise.all(reversals);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    await expectSoundBooks(api.tenant);
  });

  it("of an entry that its own group posts: both land in one batch", async () => {
    const tenant = newTenant();
    const reverses_entry_id = bulkEntryId(1);
    const reversal = {
      type: "reversal",
      reverses_entry_id,
      reason_code: "other",
      reason_description: null,
      effective_at: "2024-01-01",
      actor: null,
    } as const;
    await postInBulk(tenant, [disbursementCommand, reversal]);
    await expectSoundBooks(tenant);
    expect((await storedBooks(tenant)).days).toMatchObject({ " 1100 USD 2024-01-01": "5 5" });
    expect(refusalOf(await reverse(new Api(tenant), reverses_entry_id))).toEqual([409, "already_reversed"]);
  });
});
