import type { LogLine } from "../../src/domain/log/line.ts";
import { opened, switchTo } from "../bookkeeping/tape.ts";
import { TERMS } from "../facility/terms.ts";
import { accrue, DAY, disbursed, entryIdOf, LOAN, posted, reverse, settle } from "../ledger/post.ts";
import { Api } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { linesIn } from "../support/verify-log.ts";

const OTHER_LOAN = "9d1b4f4e-0000-4000-8000-000000000002";

/** A log with every kind of event, also of records that are booked, and of a settlement and a reversal. */
export async function logOfEveryKind(): Promise<Api> {
  const api = new Api();
  const report_dimensions = { disbursement: ["region"], client: [] };
  await api.send("PUT", "/v1/settings", { report_dimensions });
  for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...individual, client_id });
  await api.accept("client", { step: "update", client_id: "C-1", phone: "+1234567891" });
  await api.accept("disbursement", { ...loan, reason: "house", info: { region: "north", note: "red" } });
  const disbursement = await disbursed(api);
  const other = await disbursed(api, { loan_id: OTHER_LOAN });
  entryIdOf(await settle(api, disbursement.toUpperCase(), { external_ref: "REF-1" }));
  await posted(api, "fees");
  const accrual = entryIdOf(
    await accrue(api, [
      [LOAN, "88849", "24"],
      [OTHER_LOAN, "88849", "24"],
    ]),
  );
  entryIdOf(await reverse(api, await posted(api, "payments"), { effective_at: DAY }));
  await posted(api, "funding");
  const balance = { as_of_date: DAY, currency: "USD", closing_balance_minor: "1" };
  await api.send("PUT", "/v1/bank-balances/main", balance);
  await switchTo(api, "records");
  await opened(api);
  await api.accept("payment", { ...payment, bank_ref: "B-1" });
  await api.accept("payment", {
    ...{ step: "update", payment_id: "PAY-1", status: "paid", payment_date: "2024-11-20" },
    info: { note: "late" },
  });
  await api.accept("disbursement", {
    ...{ step: "update", disbursement_id: "L-1", total_expected_margin: 1000 },
    ...{ change_date: "2024-12-01", change_reason: "goodwill" },
  });
  const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
  await api.accept("disbursement", { ...purchase, purchase_clients });
  await api.accept("operation", { ...operation, asset_condition: "good", info: { note: "n" } });
  await api.accept("operation", { step: "delete", operation_id: "OP-1" });
  await api.post("/v1/disbursement-settlements/batch", {
    settlements: [
      { disbursement_entry_id: other.toUpperCase(), effective_at: DAY, external_ref: "REF-2" },
      { disbursement_id: "L-1", effective_at: "2025-01-01" },
    ],
  });
  const correction = { accrual_entry_id: accrual, loan_id: LOAN, interest_minor: "20", reason: "rate" };
  entryIdOf(await api.post("/v1/accruals/corrections", correction));
  await api.send("PUT", "/api/facilities/F-1", TERMS);
  await api.send("DELETE", "/api/facilities/F-1");
  return api;
}

/** The tenant's log as it is exported now. */
export const exportedLog = async (api: Api): Promise<readonly LogLine[]> =>
  linesIn((await api.get("/v1/log/events")).text);

/** The sequence of the first event of a kind, such as `client create`. */
export function sequenceOfKind(lines: readonly LogLine[], kind: string): number {
  const found = lines.find(({ category, step }) => `${category} ${step}` === kind);
  if (!found) throw new Error(`no event ${kind}`);
  return found.sequence;
}
