import type { ParsedOf } from "../../contract/answer-types.ts";
import type { trialBalance } from "../../contract/ledger/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, link, scrolling } from "../dom.ts";
import { minorText } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { currenciesOfBooks } from "./currencies.ts";

type TrialBalance = ParsedOf<typeof trialBalance>;

const SEGMENTS = ["books", "trial-balance"] as const;

/** Every account as of a day, one table for each currency; an account leads to its entries. */
export function trialBalancePart(route: Route, page: AbortSignal): readonly HTMLElement[] {
  const { query } = route;
  const moment = momentOf(route);
  const { asOf } = moment;
  const currency = h("input", {
    type: "text",
    value: query.get("currency") ?? "",
    maxlength: 3,
    size: 5,
    autocomplete: "off",
    placeholder: "all",
  });
  const control = dayControl(SEGMENTS, moment, {
    knows: false,
    others: [labelled("Currency", currency)],
    queryOf: () => ({ currency: currency.value.trim().toUpperCase() }),
  });
  return [
    control,
    loading("the trial balance", page, async ({ signal }) => {
      const asked = query.get("currency");
      const found = asked ? { ok: true as const, value: [asked] } : await currenciesOfBooks(asOf, signal);
      if (!found.ok) return found;
      const cards: HTMLElement[] = [];
      for (const one of found.value) {
        const path = pathOf(["v1", "trial-balance"], { currency: one, as_of_date: asOf });
        const answer = await get<TrialBalance>(path, signal);
        if (!answer.ok) return answer;
        cards.push(card(answer.value));
      }
      return { ok: true, value: cards.length > 0 ? cards : [nothing()] };
    }),
  ];
}

const nothing = (): HTMLElement =>
  h(
    "p",
    { class: "card note" },
    may("hpts:reconciliation:read", "hpts:ledger:read")
      ? "The books have no entry up to this day."
      : "Name a currency, for example USD. Your token may not learn which currencies the books have.",
  );

function card(balance: TrialBalance): HTMLElement {
  const { currency, as_of_date, accounts, total_dr_minor, total_cr_minor } = balance;
  const id = `trial-balance-${currency}`;
  const head = (label: string, kind?: string) => h("th", { scope: "col", class: kind }, label);
  const number = (child: Child) => h("td", { class: "number" }, child);
  const table = h(
    "table",
    { class: "rows balance" },
    h("caption", { class: "unseen" }, `Trial balance in ${currency}`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head("Account"),
        head("Name"),
        ["Debit", "Credit", "Balance"].map((label) => head(label, "number")),
      ),
    ),
    h(
      "tbody",
      {},
      accounts.map((account) => accountRow(balance, account)),
    ),
    h(
      "tfoot",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "row", colspan: 2 }, "Total"),
        number(minorText(total_dr_minor, currency)),
        number(minorText(total_cr_minor, currency)),
        number(minorText(BigInt(total_dr_minor) - BigInt(total_cr_minor), currency)),
      ),
    ),
  );
  const even = BigInt(total_dr_minor) === BigInt(total_cr_minor);
  return h(
    "section",
    { class: "card", "aria-labelledby": id },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id }, `${currency} on ${as_of_date}`),
      h("span", { class: even ? "tag good" : "tag bad" }, even ? "debits equal credits" : "out of balance"),
    ),
    scrolling(`Trial balance in ${currency}`, table),
  );
}

function accountRow(
  { currency, as_of_date }: TrialBalance,
  account: TrialBalance["accounts"][number],
): HTMLElement {
  const { account_code, account_name, dr_balance_minor, cr_balance_minor, normal_balance_minor } = account;
  const idle = dr_balance_minor === "0" && cr_balance_minor === "0";
  const entries = href(["books", "journal"], { account_code, to_date: as_of_date });
  const amount = (minor: string): Child => {
    const text = minorText(minor, currency);
    return h("td", { class: "number" }, idle || !may("hpts:ledger:read") ? text : link(entries, text));
  };
  return h(
    "tr",
    { class: idle ? "idle" : undefined },
    h("th", { scope: "row" }, account_code),
    h("td", {}, account_name),
    amount(dr_balance_minor),
    amount(cr_balance_minor),
    amount(normal_balance_minor),
  );
}
