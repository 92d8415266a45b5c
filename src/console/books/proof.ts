import type { ParsedOf } from "../../contract/answer-types.ts";
import type { proof } from "../../contract/bookkeeping/answers.ts";
import { pathOf } from "../address.ts";
import { type Fetched, getWalked } from "../api.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h } from "../dom.ts";
import { count, minorText, numberText, plural } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { dataTable } from "../rows.ts";
import { type AccountText, ownAccountText } from "./account-names.ts";
import { disbursementLink } from "./links.ts";

type Proof = ParsedOf<typeof proof>;

/** Records against books as of a day, over all disbursements. */
export function proofPart(route: Route, page: AbortSignal): readonly HTMLElement[] {
  const moment = momentOf(route);
  const { asOf } = moment;
  return [
    dayControl(["books", "proof"], moment, { knows: false }),
    loading("the proof", page, async (task) => {
      const whole = await wholeProof(asOf, task);
      if (!whole.ok) return whole;
      const names = await ownAccountText(task.signal);
      return names.ok ? { ok: true, value: [card(asOf, whole.value, names.value)] } : names;
    }),
  ];
}

type Whole = Pick<Proof, "differences"> & { readonly compared: number };

async function wholeProof(as_of_date: string, { signal, progress }: Task): Promise<Fetched<Whole>> {
  const differences: Proof["differences"][number][] = [];
  let compared = 0;
  let cursor: string | undefined;
  do {
    const path = pathOf(["v1", "bookkeeping", "proof"], { as_of_date, cursor });
    const answer: Fetched<Proof> = await getWalked<Proof>(path, signal, progress);
    if (!answer.ok) return answer;
    differences.push(...answer.value.differences);
    compared += count(answer.value.compared);
    progress(`${numberText(String(compared))} disbursements compared so far …`);
    cursor = answer.value.next_cursor;
  } while (cursor !== undefined);
  return { ok: true, value: { differences, compared } };
}

function card(asOf: string, { differences, compared }: Whole, accountText: AccountText): HTMLElement {
  const number = plural(numberText(String(compared)), "disbursement");
  const equal = differences.length === 0;
  const rows = differences.map((one): readonly Child[] => [
    disbursementLink(one.disbursement_id),
    accountText(one.account_code),
    minorText(one.records_minor, one.currency),
    minorText(one.books_minor, one.currency),
    minorText(BigInt(one.books_minor) - BigInt(one.records_minor), one.currency),
    one.currency,
  ]);
  return h(
    "section",
    { class: "card", "aria-labelledby": "proof" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "proof" }, `Records against books on ${asOf}`),
      h(
        "span",
        { class: equal ? "tag good" : "tag bad" },
        equal ? "no difference" : plural(numberText(String(differences.length)), "difference"),
      ),
    ),
    h(
      "p",
      { class: "note" },
      `${number} compared, both sides computed anew. Entries count from their value date on.`,
    ),
    !equal &&
      dataTable(
        "Differences",
        [
          ["Disbursement"],
          ["Account"],
          ["Records", "number"],
          ["Books", "number"],
          ["Books less records", "number"],
          ["Currency"],
        ],
        rows,
        "rows cards",
      ),
  );
}
