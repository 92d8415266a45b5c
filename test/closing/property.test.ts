import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi, provedOn } from "../bookkeeping/tape.ts";
import { accrue, BODIES, disburse, type LedgerPath, LOAN, postTo, reverse, settle } from "../ledger/post.ts";
import type { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { runs } from "../support/runs.ts";

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

const LEDGER_PATHS = Object.keys(BODIES) as LedgerPath[];
const MONTHS = ["2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31"] as const;
const IDS = ["1", "2"] as const;
const STEPS = 80;

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
  const amount_minor = String(amount);
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
    () =>
      api.ingest("payment", {
        ...{ ...payment, ...paid, payment_id: `BACK-${id}`, status: "paid", due_date: day },
        ...{ payment_total: amount, ...(pick(2) === 0 ? { refund: true } : { recovery: true }) },
      }),
    () => api.ingest("payment", { step: "delete", payment_id: `BACK-${id}` }),
    () =>
      api.ingest("disbursement", {
        ...{ step: "update", disbursement_id: `L-${id}`, disbursement_amount: 0 },
        ...{ change_date: day, change_reason: "Lost" },
      }),
    () => {
      const how = pick(2) === 0 ? "by_hand" : "on_disbursement";
      return api.send("PUT", "/v1/bookkeeping", { mode: "records", settle: how });
    },
    () => disburse(api, { effective_at: day, amount_minor: String(amount) }),
    ...LEDGER_PATHS.map((path) => () => {
      const posted = path === "charge-offs" || path === "suspense-applications" ? {} : { amount_minor };
      return postTo(api, path, { effective_at: day, ...posted });
    }),
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
      const { body } = await api.get(`/v1/loans/${LOAN}/balance?as_of_date=${day}`);
      const principal = String(body.principal_outstanding_minor ?? 0);
      await accrue(api, [[LOAN, principal, String(amount)]], { accrual_date: day });
    },
    async () => {
      const { items } = (await api.get("/v1/journal-entries?page_size=50&event_type=disbursement")).body;
      if (items.length === 0) return;
      const { journal_entry_id } = items[pick(items.length)];
      await settle(api, journal_entry_id, { effective_at: day, bank_account_ref: "ops" });
    },
    async () => {
      const { items } = (await api.get("/v1/journal-entries?page_size=50")).body;
      if (items.length > 0) await reverse(api, items[pick(items.length)].journal_entry_id);
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
  return [...texts, ...(await booksUpTo(api, day))];
}

/** All pages of a list, as text; the token of a page is part of it. */
async function pagesOf(api: Api, path: string, accept: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let next: string | null = path; next !== null; ) {
    const { status, text, body, headers } = await api.get(next, { Accept: accept });
    expect(status, text).toBe(200);
    texts.push(text);
    const [, link = ""] = /<([^>]*)>; rel="next"/.exec(headers.get("Link") ?? "") ?? [];
    const token = link === "" ? (body?.next_page_token ?? "") : new URL(link).searchParams.get("page_token");
    next = token ? `${path}&page_token=${encodeURIComponent(token)}` : null;
  }
  return texts;
}

/** The journal and its exports up to a day, page by page. */
async function booksUpTo(api: Api, day: string): Promise<readonly string[]> {
  const days = [`to_date=${day}`, `from_date=${day.slice(0, 8)}01&to_date=${day}`];
  const texts: string[] = [];
  for (const query of days) {
    const path = `/v1/journal-entries?${query}`;
    texts.push(...(await pagesOf(api, `${path}&page_size=7`, "application/json")));
    texts.push(...(await pagesOf(api, `${path}&page_size=7&account_code=1000`, "text/csv")));
    texts.push(...(await pagesOf(api, `${path}&page_size=50`, "text/csv")));
    for (const format of ["hledger", "beancount"])
      texts.push((await api.get(`${path}&format=${format}`)).text);
  }
  const summary = `/v1/journal-summary?from_date=2025-01-01&to_date=${day}&by`;
  for (const by of ["day", "month"]) {
    texts.push(...(await pagesOf(api, `${summary}=${by}`, "application/json")));
    texts.push(...(await pagesOf(api, `${summary}=${by}`, "text/csv")));
  }
  return texts;
}

const close = (api: Api, closed_through: string | null) =>
  api.send("PUT", "/v1/closing", { closed_through, reopen: true, note: "At random" });
const lastHash = async (api: Api) => (await api.get("/v1/closing")).body.closings[0].trial_balance_hash;

const SEEDS = Array.from({ length: runs(2, 10) }, (_, index) => index + 1);

it.each(SEEDS)("seed %i: no figure up to a closed day changes, whatever follows", async (seed) => {
  const pick = numbers(seed);
  const api = await bookedApi();
  let entries = 0;
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
    expect(await figuresUpTo(api, day)).toEqual(before);
    entries += before.join("").split("journal_entry_id").length;
  }
  // A closed period in which nothing is posted proves nothing.
  expect(entries).toBeGreaterThan(10);
});
