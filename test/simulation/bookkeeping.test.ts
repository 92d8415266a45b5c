import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BATCH_LINES_MAX } from "../../src/contract/tape/batch.ts";
import { journalOf, opened, type Posted, provedOn, switchTo } from "../bookkeeping/tape.ts";
import { type Answer, Api, newKey } from "../support/api.ts";
import { expectSoundLog } from "../support/chain.ts";
import { evicted, gateOf } from "../support/gate.ts";
import { runs } from "../support/runs.ts";
import { type Sent, type Tape, tapes, zones } from "./tapes.ts";

/** The fixed run; a failure prints its own seed and path. */
const REPLAY = { seed: 2, path: "" } as const;
const RUNS = runs(1, 4);
const ROUNDS = 120;

/** The days on which the tape's dates lie, the days around them, and before and after all of them. */
const DAYS = [
  "2000-01-01",
  "2025-01-01",
  "2025-01-02",
  "2025-01-03",
  "2025-01-04",
  "2025-01-05",
  "2025-01-06",
  "9999-12-31",
];

/** Sends a round's events at once, one of them perhaps twice, and answers those that are accepted, in the order of the log. */
async function send(api: Api, round: Tape[number]): Promise<readonly Sent[]> {
  const keyed = round.flatMap((one) => {
    const key = newKey();
    return Array.from({ length: one.twice ? 2 : 1 }, () => ({ one, key }));
  });
  const post = ({ one, key }: (typeof keyed)[number]): Promise<Answer> =>
    api.post("/ingest", { category: one.category, data: one.data }, key);
  const answers = await Promise.all(keyed.map(post));
  const accepted = answers.flatMap((answer, index) => {
    expect(answer.status, answer.text).toBeLessThan(500);
    const sent = keyed[index]?.one;
    return sent && answer.body.status === "success" ? [{ sent, sequence: answer.body.sequence }] : [];
  });
  return accepted.sort((x, y) => x.sequence - y.sequence).map(({ sent }) => sent);
}

/** Sends accepted events to another tenant, in order. */
async function sendAgain(api: Api, events: readonly Sent[]): Promise<void> {
  const lines = events.map(({ category, data }) =>
    JSON.stringify({ idempotency_key: newKey(), category, data }),
  );
  const headers = { "Content-Type": "application/x-ndjson" };
  for (let from = 0; from < lines.length; from += BATCH_LINES_MAX) {
    const batch = lines.slice(from, from + BATCH_LINES_MAX).join("\n");
    const { status, text } = await api.post("/ingest/batch", batch, newKey(), headers);
    expect(status, text).toBe(200);
  }
}

async function trialBalancesAreEven(api: Api): Promise<void> {
  const query = "SELECT DISTINCT currency FROM journal_entries WHERE tenant_id = ?";
  const { results } = await env.DB.prepare(query).bind(api.tenant).all<{ currency: string }>();
  for (const { currency } of results) {
    for (const day of DAYS) {
      const { body } = await api.get(`/v1/trial-balance?currency=${currency}&as_of_date=${day}`);
      expect(body.total_dr_minor).toBe(body.total_cr_minor);
    }
  }
}

interface Credit {
  readonly disbursement_id: string;
  readonly currency: string;
}

/** The loans whose 1100 is in credit by the kept balances, which neither the proof nor the exceptions look at. */
async function loansInCredit(tenant: string): Promise<readonly Credit[]> {
  const query = `SELECT l.disbursement_id, b.currency FROM booked_loans AS l
    JOIN loan_balances AS b ON b.tenant_id = l.tenant_id AND b.loan_id = l.loan_id
    WHERE l.tenant_id = ? AND b.principal_minor < 0 ORDER BY 1, 2`;
  return (await env.DB.prepare(query).bind(tenant).all<Credit & Record<string, unknown>>()).results;
}

async function exceptionsOf(api: Api) {
  const all: (Credit & { readonly reason: string; readonly payment_id?: string })[] = [];
  for (let cursor = ""; ; ) {
    const from = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body, text, status } = await api.get(`/v1/bookkeeping/exceptions?limit=3${from}`);
    expect(status, text).toBe(200);
    all.push(...body.data);
    if (!body.pagination.has_more) return all;
    cursor = body.pagination.next_cursor;
  }
}

const key = ({ disbursement_id, currency }: Credit) => `${disbursement_id} ${currency}`;

async function creditsAreListed(api: Api): Promise<number> {
  const exceptions = await exceptionsOf(api);
  const lines = exceptions.map((one) => `${one.reason} ${key(one)} ${one.payment_id ?? ""}`);
  expect(new Set(lines).size).toBe(lines.length);
  const inCredit = new Set((await loansInCredit(api.tenant)).map(key));
  const explained = ["overpaid", "after_write_off", "orphan_receipts", "currency_differs"];
  const listed = new Set(exceptions.filter(({ reason }) => explained.includes(reason)).map(key));
  expect([...inCredit].filter((one) => !listed.has(one))).toEqual([]);
  const overpaid = exceptions.filter(({ reason }) => reason === "overpaid").map(key);
  expect(overpaid.filter((one) => !inCredit.has(one))).toEqual([]);
  return inCredit.size;
}

const asText = (journal: readonly Posted[]) =>
  journal.map(({ effective_at, event_type, lines }) => `${effective_at} ${event_type} ${lines}`);

it("the books agree with the records on every day, after any events and kills, and a replay of the log gives the same books", async () => {
  let entries = 0;
  let credits = 0;
  await fc.assert(
    fc.asyncProperty(tapes(ROUNDS), zones, async (tape, time_zone) => {
      const api = new Api();
      await api.send("PUT", "/v1/settings", { time_zone });
      await switchTo(api, "records");
      const accepted: Sent[] = [];
      for (const [index, round] of tape.entries()) {
        accepted.push(...(await send(api, round)));
        if (index % 20 === 13) await evicted(gateOf(api.tenant));
        if (index % 40 === 39) expect(await provedOn(api, DAYS)).toEqual([]);
      }
      expect(await provedOn(api, DAYS)).toEqual([]);
      await expectSoundLog(api.tenant);
      await trialBalancesAreEven(api);
      credits += await creditsAreListed(api);
      const journal = asText(await journalOf(api.tenant));
      entries += journal.length;
      const fresh = new Api();
      await fresh.send("PUT", "/v1/settings", { time_zone });
      await switchTo(fresh, "records");
      await sendAgain(fresh, accepted);
      expect(asText(await journalOf(fresh.tenant))).toEqual(journal);
    }),
    { ...REPLAY, numRuns: RUNS, endOnFailure: true },
  );
  // A simulation in which everything is refused proves nothing.
  expect(entries).toBeGreaterThan(70 * RUNS);
  expect(credits).toBeGreaterThan(0);
}, 900_000);

it("the books agree with the records after every switch, with events sent while records are opened", async () => {
  await fc.assert(
    fc.asyncProperty(tapes(ROUNDS), zones, async (tape, time_zone) => {
      const api = new Api();
      await api.send("PUT", "/v1/settings", { time_zone });
      for (const [index, round] of tape.entries()) {
        if (index % 50 === 20) await switchTo(api, "records");
        if (index % 50 === 40) await switchTo(api, "off");
        await send(api, round);
        if (index % 50 === 21) await evicted(gateOf(api.tenant));
      }
      await switchTo(api, "records");
      await opened(api);
      expect(await provedOn(api, DAYS)).toEqual([]);
      await expectSoundLog(api.tenant);
      await trialBalancesAreEven(api);
      await creditsAreListed(api);
    }),
    { ...REPLAY, numRuns: RUNS, endOnFailure: true },
  );
}, 900_000);

const close = (api: Api, closed_through: string | null) =>
  api.send("PUT", "/v1/closing", { closed_through, reopen: true, note: "Simulated" });

/** Entries on 2100 that no settlement has cleared, over the whole ledger. */
const clearing = async (api: Api) =>
  (await api.get("/v1/accounts/2100/balance?currency=USD")).body.normal_balance_minor;

it("the books agree with the records on every day, while periods are closed and reopened and records settle", async () => {
  let late = 0;
  await fc.assert(
    fc.asyncProperty(tapes(ROUNDS), zones, async (tape, time_zone) => {
      const api = new Api();
      await api.send("PUT", "/v1/settings", { time_zone });
      const settling = { mode: "records", settle: "on_disbursement", bank_account_ref: "ops" };
      expect((await api.send("PUT", "/v1/bookkeeping", settling)).status).toBe(200);
      for (const [index, round] of tape.entries()) {
        if (index % 15 === 7) expect((await close(api, "2025-01-31")).status).toBe(200);
        if (index % 15 === 11) expect((await close(api, index % 2 ? "2024-12-31" : null)).status).toBe(200);
        await send(api, round);
        if (index % 40 === 9) expect(await provedOn(api, DAYS)).toEqual([]);
      }
      expect(await provedOn(api, [...DAYS, "2025-01-31", "2025-02-01", "2025-03-01"])).toEqual([]);
      await expectSoundLog(api.tenant);
      await trialBalancesAreEven(api);
      expect(await clearing(api)).toBe("0");
      const { body } = await api.get("/v1/bookkeeping/late?period=2025-01&limit=200");
      late += body.data.length;
    }),
    { ...REPLAY, numRuns: RUNS, endOnFailure: true },
  );
  expect(late).toBeGreaterThan(20 * RUNS);
}, 900_000);
