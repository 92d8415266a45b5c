import type { BucketJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { button, type Child, h, scrolling } from "../dom.ts";
import { changeText, percentView, ZERO } from "../figure.ts";
import { amountText, drawn, type Exact, numberText, plural, shareOf } from "../format.ts";
import type { Then } from "./figures.ts";

const label = (bucket: string) => (bucket === "current" ? "Current" : `${bucket} days`);

/** A bar below its row, whose length is its share of the longest. */
function bar(share: number, bucket: number): HTMLElement {
  const made = h("span", { class: `bar bucket-${bucket}`, "aria-hidden": "true" });
  // Set through the CSSOM, because the policy refuses style attributes.
  made.style.inlineSize = `${Math.max(share * 100, share > 0 ? 0.5 : 0)}%`;
  return made;
}

/** The columns behind the label: what a bucket holds, and how it differs from another day. */
function cells(line: PortfolioLineJson, then: Then | null) {
  const { currency } = line;
  const was = (bucket: string): Exact =>
    then?.line?.buckets.find((one) => one.bucket === bucket)?.outstanding ?? ZERO;
  const number = (...content: readonly Child[]) => h("td", { class: "number" }, ...content);
  return (one: BucketJson) => [
    number(numberText(one.number)),
    number(
      h("span", { class: "amount" }, amountText(one.outstanding, currency)),
      then !== null && changeText(one.outstanding, was(one.bucket), { currency, day: then.day }),
    ),
    number(percentView(shareOf(one.outstanding, line.outstanding))),
    number(amountText(one.arrears, currency)),
  ];
}

/** The buckets of days past due as bars of outstanding principal. Each links to its loans. */
export function buckets(
  line: PortfolioLineJson,
  then: Then | null,
  show: (bucket: string) => void,
): HTMLElement {
  const cellsOf = cells(line, then);
  const opener = ({ bucket }: BucketJson) =>
    button(label(bucket), () => show(bucket), {
      class: "link",
      "aria-label": `${label(bucket)}: show the loans`,
    });
  const longest = Math.max(...line.buckets.map(({ outstanding }) => drawn(outstanding)), 0);
  const row = (one: BucketJson, index: number) =>
    h(
      "tr",
      {},
      h(
        "th",
        // A phone shows the number below the name, and has no column for it.
        { scope: "row", "data-loans": plural(numberText(one.number), "loan") },
        opener(one),
        bar(longest > 0 ? drawn(one.outstanding) / longest : 0, index),
      ),
      cellsOf(one),
    );
  const table = h(
    "table",
    { class: "buckets" },
    h("caption", { class: "unseen" }, "Days past due"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Past due"),
        ["Loans", "Outstanding", "Share", "Arrears"].map((head) =>
          h("th", { scope: "col", class: "number" }, head),
        ),
      ),
    ),
    h("tbody", {}, line.buckets.map(row)),
  );
  return h(
    "section",
    { class: "card filled", "aria-labelledby": "buckets" },
    h("h2", { id: "buckets" }, "Days past due"),
    scrolling("Days past due", table),
  );
}
