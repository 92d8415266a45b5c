import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/cli/sample/envelope.ts";
import { SAMPLE_DIMENSIONS, sampleFacilities } from "../../../src/cli/sample/reports.ts";
import { sampleTape } from "../../../src/cli/sample/tape.ts";
import { parseBody } from "../../../src/contract/body.ts";
import { facilityBody } from "../../../src/contract/facility/bodies.ts";
import { parseJson } from "../../../src/contract/json.ts";
import { parseIngest } from "../../../src/contract/tape/ingest.ts";

const tape = (seed: number, loans = 300): readonly Envelope[] => [
  ...sampleTape({ loans, seed, asOf: "2026-11-20" }),
];

const idOf = ({ category, data }: Envelope) => `${category} ${data[`${category}_id`]}`;

describe("the sample tape", () => {
  it("is the same for the same seed, and differs for another", () => {
    expect(tape(7)).toEqual(tape(7));
    expect(tape(7)).not.toEqual(tape(8));
  });

  it("has the requested number of disbursements, loans and purchases, none of them deleted", () => {
    const lines = tape(1);
    const created = lines.filter(
      ({ category, data }) => category === "disbursement" && data.step === "create",
    );
    expect(created).toHaveLength(300);
    expect(new Set(created.map(({ data }) => data.kind))).toEqual(new Set(["loan", "purchase"]));
    expect(lines.filter(({ data }) => data.step === "delete")).toEqual([]);
  });

  it("has late and partial payments, extensions, restructures, write-offs, recoveries, rebates and payments of insurers", () => {
    const lines = tape(1, 1_000);
    const changes = lines.filter(({ data }) => data.change_reason !== undefined).map(({ data }) => data);
    expect(changes.some(({ maturity_date }) => maturity_date !== undefined)).toBe(true);
    expect(changes.some(({ disbursement_amount }) => disbursement_amount !== undefined)).toBe(true);
    expect(changes.some(({ total_expected_margin }) => total_expected_margin !== undefined)).toBe(true);
    expect(lines.some(({ data }) => data.source === "insurer")).toBe(true);
    const payments = lines.filter(({ category }) => category === "payment").map(({ data }) => data);
    expect(payments.some(({ step, change_date }) => step === "create" && change_date)).toBe(true);
    expect(payments.some(({ recovery }) => recovery === true)).toBe(true);
    expect(payments.some(({ status, change_date }) => status === "canceled" && change_date)).toBe(true);
    const due = new Map(lines.filter(({ data }) => data.due_date).map(({ data }) => [data.payment_id, data]));
    const paid = lines
      .filter(({ data }) => data.step === "update" && data.status === "paid")
      .map(({ data }) => data);
    const dueOf = (id: unknown) => due.get(id)?.due_date ?? "";
    expect(
      paid.some(({ payment_id, payment_date }) => String(payment_date) > `${dueOf(payment_id)}T24`),
    ).toBe(true);
    expect(
      paid.some(
        ({ payment_id, payment_total }) => Number(payment_total) < Number(due.get(payment_id)?.payment_total),
      ),
    ).toBe(true);
  });

  it("pledges to the creditors of its facilities, and has a value for each dimension of reports", () => {
    const lines = tape(1).filter(({ data }) => data.step === "create");
    const of = (wanted: string) =>
      lines.filter(({ category }) => category === wanted).map(({ data }) => data);
    const facilities = Object.values(sampleFacilities("2026-11-20")).map((terms) => {
      const sent = parseJson(JSON.stringify(terms));
      const parsed = sent.ok ? parseBody(facilityBody, sent.value) : sent;
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      return parsed.value.terms;
    });
    for (const { creditor, currency } of facilities) {
      const pool = of("disbursement").filter(
        (one) => one.pledge_creditor === creditor && one.currency === currency,
      );
      expect(pool.length).toBeGreaterThan(10);
    }
    expect(of("disbursement").some((one) => one.pledge_creditor === undefined)).toBe(true);
    const membersOf = (wanted: string) => of(wanted).map(({ info }) => Object.keys(info as object));
    expect(new Set(membersOf("disbursement").flat())).toEqual(new Set(SAMPLE_DIMENSIONS.disbursement));
    expect(new Set(membersOf("client").flat())).toEqual(new Set(SAMPLE_DIMENSIONS.client));
  });

  it("fits the schemas in every line, and names only records of earlier lines", () => {
    const known = new Set<string>();
    for (const line of tape(3)) {
      const json = parseJson(JSON.stringify(line));
      const parsed = json.ok ? parseIngest(json.value) : json;
      expect(parsed.ok, JSON.stringify([line, parsed])).toBe(true);
      if (line.data.step === "update") expect(known).toContain(idOf(line));
      if (line.category === "payment" && line.data.step === "create") {
        expect(known).toContain(`disbursement ${line.data.disbursement_id}`);
      }
      known.add(idOf(line));
    }
  });

  it("updates no record before it is created, in 4,800 lives", () => {
    const known = new Set<string>();
    for (const line of sampleTape({ loans: 4_800, seed: 20_261_121, asOf: "2026-11-20" })) {
      if (line.data.step === "create") known.add(idOf(line));
      else if (!known.has(idOf(line))) expect(known).toContain(idOf(line));
    }
  });

  it("has no event after its last day", () => {
    const days = tape(5).flatMap(({ data }) => [data.payment_date, data.change_date]);
    const last = days
      .map((day) => String(day ?? "").slice(0, 10))
      .sort()
      .at(-1);
    expect(last?.localeCompare("2026-11-20")).toBeLessThanOrEqual(0);
  });
});
