import fc from "fast-check";
import { expect, it } from "vitest";
import { OPENING, tapeOf } from "../simulation/position-tape.ts";
import { spell } from "../simulation/world.ts";
import { Api } from "../support/api.ts";
import { runs } from "../support/runs.ts";
import { PLAIN } from "./terms.ts";

/** A failure prints its seed and path: put them here to replay it. */
const REPLAY = { seed: 20261130, path: "" } as const;
const DAYS = ["2024-01-30", "2024-02-29", "2024-03-31", "2024-05-02", "2025-06-30"];

interface Line {
  readonly disbursement_id: string;
  readonly kind: string;
  readonly currency: string;
  readonly client_id: string | null;
  readonly state: string;
  readonly days_past_due: number;
  readonly outstanding_principal: number;
}

const terms = fc.record({
  days: fc.integer({ min: 0, max: 60 }),
  least: fc.constantFrom(0, 300, 600),
  kind: fc.constantFrom("loan", "purchase"),
  share: fc.constantFrom(0.1, 0.25, 0.5, 0.75),
});

const cents = (amount: number) => Math.round(amount * 100);
const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + one, 0);

/** The first rule that a position fails; null where it fails none. */
function failedRule(
  { days_past_due, outstanding_principal, kind }: Line,
  rules: { days: number; least: number; kind: string },
) {
  if (days_past_due > rules.days) return "max_days_past_due";
  if (outstanding_principal < rules.least) return "min_outstanding";
  return kind === rules.kind ? null : "kind_in";
}

it("the base of any tape, day and known_at is that of its positions", async () => {
  await fc.assert(
    fc.asyncProperty(
      tapeOf(40),
      terms,
      fc.constantFrom(...DAYS),
      fc.integer({ min: 1, max: 100 }),
      async (tape, rules, day, percent) => {
        const api = new Api();
        const eligibility = [
          { max_days_past_due: rules.days },
          { min_outstanding: rules.least },
          { kind_in: [rules.kind] },
        ];
        const limits = [{ by: "client_id", max_share: rules.share }];
        const put = await api.send("PUT", "/api/facilities/F-1", { ...PLAIN, eligibility, limits });
        expect(put.status).toBe(201);
        let head = 1;
        for (const event of [...OPENING, ...tape]) {
          const answer = await api.post("/ingest", spell(event));
          if (answer.status < 300) head = answer.body.sequence;
        }
        for (const known of ["", `&known_at=${Math.max(1, Math.floor((head * percent) / 100))}`]) {
          const query = `as_of_date=${day}${known}`;
          const positions = await api.get(
            `/api/positions?${query}&sort_by=disbursement_id&sort_order=asc&limit=200`,
          );
          const pool = positions.body.data.filter(
            ({ currency, state }: Line) =>
              currency === "USD" && !["pending", "repaid", "written_off"].includes(state),
          ) as Line[];
          const { data } = (await api.get(`/api/facilities/F-1/base?${query}`)).body;
          const loans = (await api.get(`/api/facilities/F-1/base/loans?${query}`)).body.data;
          expect(
            loans.map((one: Line & { outstanding: number }) => [
              one.disbursement_id,
              one.client_id,
              one.outstanding,
            ]),
          ).toEqual(pool.map((one) => [one.disbursement_id, one.client_id, one.outstanding_principal]));
          const failed = pool.map((one) => failedRule(one, rules));
          const eligible = sum(
            pool.flatMap((one, at) => (failed[at] === null ? [cents(one.outstanding_principal)] : [])),
          );
          for (const [at, one] of loans.entries()) {
            const rule = failed[at];
            if (rule) expect([one.counts_for, one.reasons[0]?.rule]).toEqual([0, rule]);
            else
              expect(
                cents(one.counts_for) +
                  sum(one.reasons.map(({ excess }: { excess: number }) => cents(excess))),
              ).toBe(cents(one.outstanding));
          }
          expect([data.pool.number, cents(data.eligible.outstanding)]).toEqual([pool.length, eligible]);
          expect(cents(data.base)).toBe(
            sum(loans.map((one: { counts_for: number }) => cents(one.counts_for))),
          );
          const clients = Map.groupBy(
            loans as { client_id: string | null; disbursement_id: string; counts_for: number }[],
            ({ client_id, disbursement_id }) => client_id ?? `own ${disbursement_id}`,
          );
          for (const own of clients.values()) {
            expect(sum(own.map(({ counts_for }) => cents(counts_for)))).toBeLessThanOrEqual(
              Math.floor(eligible * rules.share),
            );
          }
        }
      },
    ),
    { ...REPLAY, numRuns: runs(3, 25), endOnFailure: true },
  );
});
