import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi, provedOn } from "../bookkeeping/tape.ts";
import { disburse, LOAN, postTo, reverse } from "../ledger/post.ts";
import type { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";

/** Whole numbers below a bound, the same for a seed (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const MONTHS = ["2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31"] as const;
const IDS = ["1", "2"] as const;
const STEPS = 48;

/** Posts the interest of a day, also of a closed one. */
async function accrueLate(api: Api, accrual_date: string): Promise<void> {
  const question = {
    ...{ program_id: LOAN, accrual_date, day_count_convention: "ACT_365", currency: "USD" },
    ...{ annual_rate: "9", loans: [LOAN] },
  };
  const { status, body } = await api.post("/v1/accruals/preview", question);
  if (status === 200) await api.post("/v1/accruals/batch", { ...body, late: true });
}

/** One random event of a record, posting or reversal; whether it is accepted does not matter. */
async function act(api: Api, pick: (below: number) => number): Promise<void> {
  const id = IDS[pick(IDS.length)];
  const day = `2025-${String(6 + pick(6)).padStart(2, "0")}-${String(1 + pick(28)).padStart(2, "0")}`;
  const amount = 10 + pick(500);
  const disbursement = { disbursement_id: `L-${id}`, disbursement_date: day };
  const paid = { payment_id: `PAY-${id}`, disbursement_id: `L-${1 + pick(2)}`, payment_date: day };
  const actions = [
    () => api.ingest("disbursement", { ...loan, ...disbursement }),
    () => api.ingest("disbursement", { step: "update", ...disbursement }),
    () =>
      api.ingest("disbursement", {
        ...{ step: "update", disbursement_id: `L-${id}`, disbursement_amount: 9000 + amount },
        ...{ change_date: day, change_reason: "Agreed" },
      }),
    () => api.ingest("disbursement", { step: "delete", disbursement_id: `L-${id}` }),
    () =>
      api.ingest("payment", { ...payment, ...paid, status: "paid", due_date: day, payment_total: amount }),
    () => api.ingest("payment", { step: "update", payment_id: `PAY-${id}`, payment_date: day }),
    () => api.ingest("payment", { step: "update", payment_id: `PAY-${id}`, status: "expected" }),
    () => api.ingest("payment", { step: "delete", payment_id: `PAY-${id}` }),
    () => disburse(api, { effective_at: day, amount_minor: String(amount) }),
    () => postTo(api, "payments", { effective_at: day, amount_minor: String(amount) }),
    () => postTo(api, "refunds", { effective_at: day, amount_minor: String(amount) }),
    () => postTo(api, "charge-offs", { effective_at: day }),
    () => accrueLate(api, day),
    async () => {
      const { items } = (await api.get(`/v1/loans/${LOAN}/journal-entries?event_type=accrual`)).body;
      if (!(items?.length > 0)) return;
      const accrual_entry_id = items[pick(items.length)].journal_entry_id;
      const correction = { accrual_entry_id, loan_id: LOAN, interest_minor: String(pick(9)), reason: "rate" };
      await api.post("/v1/accruals/corrections", correction);
    },
    () =>
      api.post("/v1/disbursement-settlements/batch", {
        settlements: [{ disbursement_id: `L-${id}`, effective_at: day }],
      }),
    async () => {
      const { items } = (await api.get(`/v1/loans/${LOAN}/journal-entries`)).body;
      if (items?.length > 0) await reverse(api, items[pick(items.length)].journal_entry_id);
    },
  ];
  await actions[pick(actions.length)]?.();
}

/** Every figure up to a day, as text. */
async function figuresUpTo(api: Api, day: string): Promise<readonly string[]> {
  const namespace = tenantNamespace(api.tenant);
  const loans = [LOAN, ...IDS.map((id) => ledgerLoanId(namespace, `L-${id}`))];
  const texts = [(await api.get(`/v1/trial-balance?currency=USD&as_of_date=${day}`)).text];
  for (const id of loans) {
    const statement = await api.get(`/v1/loans/${id}/statement?currency=USD&to_date=${day}&page_size=200`);
    const balance = await api.get(`/v1/loans/${id}/balance?currency=USD&as_of_date=${day}`);
    const items = statement.body.items ?? [];
    // A loan without an entry up to the day is no figure of it: it may not be known yet.
    if (items.length > 0) texts.push(statement.text, balance.text);
  }
  return texts;
}

const close = (api: Api, closed_through: string | null) =>
  api.send("PUT", "/v1/closing", { closed_through, reopen: true, note: "At random" });
const lastHash = async (api: Api) => (await api.get("/v1/closing")).body.closings[0].trial_balance_hash;

it.each([1, 2, 3])("seed %i: no figure up to a closed day changes, whatever follows", async (seed) => {
  const pick = numbers(seed);
  const api = await bookedApi();
  await api.accept("client", individual);
  for (let step = 0; step < STEPS / 4; step += 1) await act(api, pick);
  for (let round = 0; round < 3; round += 1) {
    const day = MONTHS[pick(MONTHS.length)] ?? MONTHS[0];
    expect((await close(api, day)).status).toBe(200);
    const [before, hash] = [await figuresUpTo(api, day), await lastHash(api)];
    for (let step = 0; step < STEPS / 4; step += 1) await act(api, pick);
    expect(await figuresUpTo(api, day)).toEqual(before);
    expect(await provedOn(api, [...MONTHS, "2025-08-15", "2025-11-01", "2030-01-01"])).toEqual([]);
    expect((await close(api, null)).status).toBe(200);
    expect((await close(api, day)).status).toBe(200);
    expect(await lastHash(api)).toBe(hash);
  }
});
