import type { BucketJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { button, h, scrolling } from "../dom.ts";
import { amountText, drawn, numberText } from "../format.ts";

const label = (bucket: string) => (bucket === "current" ? "Current" : `${bucket} days`);

const numberHead = (head: string) => h("th", { scope: "col", class: "number" }, head);

/** A bar whose length is its share of the longest. */
function bar(share: number, bucket: number): HTMLElement {
  const made = h("span", { class: `bar bucket-${bucket}`, "aria-hidden": "true" });
  // Set through the CSSOM, because the policy refuses style attributes.
  made.style.inlineSize = `${Math.max(share * 100, share > 0 ? 0.5 : 0)}%`;
  return made;
}

/** The buckets of days past due as bars of outstanding principal. Each links to its loans. */
export function buckets(
  { buckets: all, currency }: PortfolioLineJson,
  show: (bucket: string) => void,
): HTMLElement {
  const longest = Math.max(...all.map(({ outstanding }) => drawn(outstanding)), 0);
  const row = (one: BucketJson, index: number) =>
    h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        button(label(one.bucket), () => show(one.bucket), {
          class: "link",
          "aria-label": `${label(one.bucket)}: show the loans`,
        }),
      ),
      h("td", { class: "number" }, numberText(one.number)),
      h("td", { class: "bars" }, bar(longest > 0 ? drawn(one.outstanding) / longest : 0, index)),
      h("td", { class: "number" }, amountText(one.outstanding, currency)),
      h("td", { class: "number" }, amountText(one.arrears, currency)),
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
        ["Number"].map(numberHead),
        h("td", {}),
        ["Outstanding", "Arrears"].map(numberHead),
      ),
    ),
    h("tbody", {}, all.map(row)),
  );
  return h(
    "section",
    { class: "card", "aria-labelledby": "buckets" },
    h("h2", { id: "buckets" }, "Days past due"),
    scrolling("Days past due", table),
  );
}
