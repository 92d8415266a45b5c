import type { ParsedOf } from "../../contract/answer-types.ts";
import type { checkStarted, reconciliation } from "../../contract/ledger/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, link } from "../dom.ts";
import { dateText, minorText, NONE, numberText, plural, words } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { dataTable } from "../rows.ts";

type Status = ParsedOf<typeof reconciliation>;

/** Whether the books agree with themselves, with the banks and with the loans. */
export function reconciliationPart(route: Route, page: AbortSignal): readonly HTMLElement[] {
  const moment = momentOf(route);
  const { asOf } = moment;
  return [
    dayControl(["books", "reconciliation"], moment, { knows: false }),
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
  const { findings } = ledger_integrity;
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

type Finding = Status["ledger_integrity"]["findings"][number];

/** The book of a finding, as a link where it is a loan's. */
function bookLink(book: string | null): Child {
  if (book === null) return "whole ledger";
  const [kind, id = ""] = book.split(/:(.*)/s);
  return kind === "loan" ? link(href(["books", "loan", id]), `loan ${id}`) : book;
}

function findingTable(findings: readonly Finding[]): HTMLElement {
  return dataTable(
    "Findings of the integrity check",
    [["Figure"], ["Book"], ["Account"], ["Currency"], ["Day"], ["Entry"]],
    findings.map(({ table, book, account, currency, day, entry }) => [
      words(table),
      bookLink(book),
      account === null ? NONE : link(href(["books", "journal"], { account_code: account }), account),
      currency ?? NONE,
      day ?? NONE,
      entry === null ? NONE : link(href(["books", "entry", entry]), entry),
    ]),
    "rows cards",
  );
}

function wholeCheck(page: AbortSignal): HTMLElement {
  return changeForm<ParsedOf<typeof checkStarted>>(
    {
      label: "Start a whole check",
      minor: true,
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
          "rows cards",
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
          "rows cards",
        ),
  );
}
