import { expect, it } from "vitest";
import { repaidBefore } from "../../../src/cli/person/repaid.ts";

const line = (
  disbursement_id: string,
  client_id: string | null,
  state: string,
  payment_date: string | null,
) =>
  ({
    disbursement_id,
    client_id,
    state,
    last_received: payment_date === null ? null : { payment_date, amount: 1 },
  }) as never;

const NONE = new Map<string, readonly string[]>();

it("finds clients whose disbursements are all repaid, by the day of their last receipt", () => {
  const lines = [
    line("L-1", "C-2", "repaid", "2015-12-31"),
    line("L-2", "C-1", "repaid", "2014-05-05"),
    line("L-3", "C-1", "repaid", "2013-01-01"),
    line("L-4", "C-3", "repaid", "2016-01-01"),
    line("L-5", "C-4", "repaid", "2015-01-01"),
    line("L-6", "C-4", "repaid", "2016-02-02"),
  ];
  expect(repaidBefore(lines, NONE, "2016-01-01")).toEqual([
    { client_id: "C-1", last_received: "2014-05-05" },
    { client_id: "C-2", last_received: "2015-12-31" },
  ]);
});

it.each(["pending", "current", "late", "matured_unpaid", "written_off"])(
  "leaves a client with a disbursement that is %s, wherever it stands",
  (state) => {
    const [repaid, other] = [
      line("L-1", "C-1", "repaid", "2010-01-01"),
      line("L-2", "C-1", state, "2010-01-01"),
    ];
    expect(repaidBefore([repaid, other], NONE, "2016-01-01")).toEqual([]);
    expect(repaidBefore([other, repaid], NONE, "2016-01-01")).toEqual([]);
  },
);

it("leaves a client of whom nothing was received", () => {
  expect(repaidBefore([line("L-1", "C-1", "repaid", null)], NONE, "2016-01-01")).toEqual([]);
});

it("counts a purchase for each of its clients", () => {
  const lines = [line("D-1", null, "repaid", "2012-01-01"), line("L-1", "C-2", "late", "2012-01-01")];
  const clientsOf = new Map([["D-1", ["C-1", "C-2"]]]);
  expect(repaidBefore(lines, clientsOf, "2016-01-01")).toEqual([
    { client_id: "C-1", last_received: "2012-01-01" },
  ]);
});
