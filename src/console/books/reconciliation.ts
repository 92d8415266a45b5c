import { isLosslessNumber, stringify } from "lossless-json";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { checkStarted, reconciliation } from "../../contract/ledger/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may, today } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, link } from "../dom.ts";
import { dateText, minorText, NONE, numberText, plural, words } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { dataTable, type TableColumn } from "../rows.ts";

type Status = ParsedOf<typeof reconciliation>;

/** Whether the books agree with themselves, with the banks and with the loans. */
export function reconciliationPart({ query }: Route, page: AbortSignal): readonly HTMLElement[] {
  const asOf = query.get("as_of") ?? today();
  return [
    dayControl(["books", "reconciliation"], asOf),
    loading("the reconciliation", page, async ({ signal }) => {
      const path = pathOf(["v1", "reconciliation", "status"], { as_of_date: asOf });
      const answer = await get<Status>(path, signal);
      if (!answer.ok) return answer;
      return { ok: true, value: [integrity(answer.value, page), banks(answer.value), rollup(answer.value)] };
    }),
  ];
}

/** Null: nothing was compared. */
const standing = (good: boolean | null, text: string): HTMLElement =>
  h("span", { class: good === null ? "tag" : good ? "tag good" : "tag bad" }, text);

function integrity({ ledger_integrity }: Status, page: AbortSignal): HTMLElement {
  const { status, mismatched_account_count, checked_at, checked_upto_sequence } = ledger_integrity;
  const findings = findingsOf(ledger_integrity);
  const wrong = plural(numberText(mismatched_account_count), "account");
  return h(
    "section",
    { class: "card", "aria-labelledby": "integrity" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "integrity" }, "Integrity"),
      status === "ok"
        ? standing(checked_at === null ? null : true, checked_at === null ? "not checked" : "ok")
        : standing(false, `${wrong} differ`),
    ),
    h(
      "p",
      {},
      checked_at === null
        ? "Not checked yet. A scheduled run begins every minute."
        : `Kept sums were last compared with the postings at ${dateText(checked_at)}, up to event ${numberText(checked_upto_sequence)}.`,
    ),
    findings.length > 0 && findingTable(findings),
    may("hpts:reconciliation:write") && wholeCheck(page),
  );
}

/** A finding names what differs; its members depend on the kept figure. */
type Finding = Readonly<Record<string, unknown>>;

const findingsOf = (integrity: object): readonly Finding[] =>
  "findings" in integrity && Array.isArray(integrity.findings) ? integrity.findings : [];

/** Where a member of a finding leads. */
const LEADS: Readonly<Record<string, (id: string) => string>> = {
  journal_entry_id: (id) => href(["books", "entry", id]),
  loan_id: (id) => href(["books", "loan", id]),
  account_code: (account_code) => href(["books", "journal"], { account_code }),
};

function findingTable(findings: readonly Finding[]): HTMLElement {
  const members = [...new Set(findings.flatMap((one) => Object.keys(one)))];
  const cell = (name: string, value: unknown): Child => {
    if (value === undefined || value === null) return NONE;
    const text = typeof value === "object" && !isLosslessNumber(value) ? stringify(value) : String(value);
    const lead = LEADS[name];
    return lead && typeof value === "string" ? link(lead(value), text) : text;
  };
  return dataTable(
    "Findings of the integrity check",
    members.map((name): TableColumn => [words(name)]),
    findings.map((one) => members.map((name) => cell(name, one[name]))),
  );
}

function wholeCheck(page: AbortSignal): HTMLElement {
  return changeForm<ParsedOf<typeof checkStarted>>(
    {
      label: "Start a whole check",
      fields: null,
      keyless: true,
      plan: () => ({
        act: "Start a whole check",
        effect:
          "All postings and all loans are added up anew in the background. Nothing in the books changes.",
        sent: { method: "POST", path: pathOf(["v1", "reconciliation", "checks"]) },
      }),
      done: ({ requested_at }) =>
        h(
          "p",
          { class: "note" },
          `Started at ${dateText(requested_at)}. Show this page again to see its result.`,
        ),
    },
    page,
  );
}

function banks({ bank_reconciliation }: Status): HTMLElement {
  const having = (wanted: string) => bank_reconciliation.filter(({ status }) => status === wanted).length;
  const differences = having("unreconciled");
  const silent = having("no_statement");
  return h(
    "section",
    { class: "card", "aria-labelledby": "banks" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "banks" }, "Banks"),
      bank_reconciliation.length > 0 &&
        (differences > 0
          ? standing(false, `${differences} unreconciled`)
          : silent > 0
            ? standing(null, `${silent} without a statement`)
            : standing(true, "no difference")),
    ),
    bank_reconciliation.length === 0
      ? h("p", { class: "note" }, "The books name no bank account.")
      : dataTable(
          "Bank accounts",
          [["Bank account"], ["Currency"], ["Status"], ["Statement less books", "number"]],
          bank_reconciliation.map(({ bank_account_ref, currency, status, difference_minor }) => [
            bank_account_ref,
            currency,
            words(status),
            difference_minor === undefined
              ? NONE
              : link(
                  href(["books", "journal"], { account_code: "1000" }),
                  minorText(difference_minor, currency),
                ),
          ]),
        ),
  );
}

function rollup({ portfolio_rollup, as_of_date }: Status): HTMLElement {
  const entries = href(["books", "journal"], { account_code: "1100", to_date: as_of_date });
  const wrong = portfolio_rollup.filter(({ status }) => status !== "ok").length;
  return h(
    "section",
    { class: "card", "aria-labelledby": "rollup" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "rollup" }, "Principal: general ledger against the loans"),
      portfolio_rollup.length > 0 && standing(wrong === 0, wrong === 0 ? "equal" : `${wrong} differ`),
    ),
    portfolio_rollup.length === 0
      ? h("p", { class: "note" }, "The books have no loan.")
      : dataTable(
          "Principal by currency",
          [["Currency"], ["General ledger", "number"], ["Sum of the loans", "number"], ["Status"]],
          portfolio_rollup.map(({ currency, gl_principal_minor, sum_of_loan_balances_minor, status }) => [
            currency,
            link(entries, minorText(gl_principal_minor, currency)),
            minorText(sum_of_loan_balances_minor, currency),
            status,
          ]),
        ),
  );
}
