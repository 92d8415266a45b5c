import type { Scope } from "../../contract/scopes.ts";
import { may } from "../caller.ts";
import { h } from "../dom.ts";
import { missingScope } from "../problem.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { tabs } from "../tabs.ts";
import { closingPart } from "./closing.ts";
import { entryPart } from "./entry.ts";
import { exceptionsPart } from "./exceptions.ts";
import { journalPart } from "./journal.ts";
import { latePart } from "./late.ts";
import { loanPart } from "./loan.ts";
import { proofPart } from "./proof.ts";
import { reconciliationPart } from "./reconciliation.ts";
import { trialBalancePart } from "./trial-balance.ts";

/** A part of the books, below its heading. */
type Part = (route: Route, page: AbortSignal) => readonly HTMLElement[];

interface Named {
  readonly label: string;
  readonly scope: Scope;
  readonly part: Part;
  /** No tab: links lead there. */
  readonly led?: true;
}

const PARTS: Readonly<Record<string, Named>> = {
  "trial-balance": { label: "Trial balance", scope: "hpts:balances:read", part: trialBalancePart },
  journal: { label: "Journal", scope: "hpts:ledger:read", part: journalPart },
  reconciliation: { label: "Reconciliation", scope: "hpts:reconciliation:read", part: reconciliationPart },
  exceptions: { label: "Exceptions", scope: "hpts:ledger:read", part: exceptionsPart },
  proof: { label: "Proof", scope: "hpts:reconciliation:read", part: proofPart },
  closing: { label: "Closing", scope: "hpts:ledger:read", part: closingPart },
  late: { label: "Late items", scope: "hpts:ledger:read", part: latePart },
  entry: { label: "Journal entry", scope: "hpts:ledger:read", part: entryPart, led: true },
  loan: { label: "Loan in the books", scope: "hpts:ledger:read", part: loanPart, led: true },
};

/** The double-entry books: `#/books/journal?account_code=1100`. Only parts that the token may read are offered. */
export function booksView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const offered = Object.entries(PARTS).filter(([, { scope, led }]) => !led && may(scope));
  const name = route.segments[1] ?? offered[0]?.[0] ?? "trial-balance";
  const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  const links = offered.map(([one, { label }]) => [one, label] as const);
  main.append(
    h("div", { class: "heading" }, entitle(known?.label ?? "No such part of the books", true)),
    tabs("Books", "books", links, { name }),
    ...(known === undefined
      ? []
      : may(known.scope)
        ? known.part(route, page)
        : [missingScope(known.label, known.scope)]),
  );
}
