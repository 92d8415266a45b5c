import type { ParsedOf } from "../../contract/answer-types.ts";
import type { closed } from "../../contract/closing/answers.ts";
import { href } from "../address.ts";
import { h, link } from "../dom.ts";
import { minorText, numberText } from "../format.ts";

type Warning = ParsedOf<typeof closed>["warnings"][number];

/** What each warning says, and where its entries are. */
const WARNINGS: Readonly<Record<Warning["code"], readonly [text: string, address: string]>> = {
  suspense_not_zero: ["Suspense (2200) is not zero", href(["books", "journal"], { account_code: "2200" })],
  clearing_not_zero: [
    "Disbursement clearing (2100) is not zero",
    href(["books", "journal"], { account_code: "2100" }),
  ],
  bank_difference: ["Books and bank statement differ", href(["books", "reconciliation"])],
  open_exceptions: ["Exceptions are open", href(["books", "exceptions"])],
  accruals_missing: [
    "Days of the month lack interest",
    href(["books", "journal"], { event_type: "accrual" }),
  ],
};

/** The warnings of a closing; each leads to what it is about. */
export function warningList(warnings: readonly Warning[]): HTMLElement {
  if (warnings.length === 0) return h("p", { class: "note" }, "No warning.");
  return h("ul", { class: "warnings", "aria-label": "Warnings" }, warnings.map(item));
}

function item({ code, count, amount_minor, currency, more }: Warning): HTMLElement {
  const [text, address] = WARNINGS[code];
  const number = count === undefined ? "" : `: ${numberText(count)}${more ? " or more" : ""}`;
  const amount =
    amount_minor === undefined || currency === undefined
      ? ""
      : `: ${minorText(amount_minor, currency)} ${currency}`;
  return h("li", {}, link(address, text), `${number}${amount}`);
}
