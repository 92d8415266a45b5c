import { agreedTerms } from "../tape/disbursement.ts";
import type { Client, Disbursement, DisbursementChange, Payment } from "../tape/fields.ts";
import { foldRecord, type PastEvent } from "../tape/fold.ts";
import { isLive } from "../tape/record.ts";
import type { Stored } from "../tape/state.ts";
import { type Loan, type PaymentFacts, PLAIN_PAYMENT, type TermsRow } from "./facts.ts";

interface PastDisbursement {
  readonly stored: Stored<Disbursement>;
  readonly terms: TermsRow[];
}

/** The categories from which positions are computed. */
export type PastCategory = "client" | "disbursement" | "payment";

/** The loans of a tenant as the log knew them at some point: folds the events up to that point, in their order. */
export class PastLoans {
  readonly #clients = new Map<string, Stored<Client>>();
  readonly #disbursements = new Map<string, PastDisbursement>();
  readonly #payments = new Map<string, Stored<Payment>>();

  fold(category: PastCategory, id: string, event: PastEvent): void {
    switch (category) {
      case "client":
        this.#clients.set(id, foldRecord("client", this.#clients.get(id), event));
        return;
      case "disbursement":
        this.#disbursements.set(id, foldDisbursement(this.#disbursements.get(id), event));
        return;
      case "payment":
        this.#payments.set(id, foldRecord("payment", this.#payments.get(id), event));
        return;
    }
  }

  /** The live disbursements with their payments. */
  loans(): readonly Loan[] {
    const live = [...this.#payments.values()].filter(isLive).map(({ record }) => record);
    const payments = Map.groupBy(live, ({ disbursement_id }) => disbursement_id);
    return [...this.#disbursements.values()].flatMap(({ stored, terms }) => {
      const [first, ...changes] = terms;
      if (!isLive(stored) || !first) return [];
      const disbursement = stored.record;
      const ofLoan = (payments.get(disbursement.disbursement_id) ?? []).map(factsOf);
      return [{ disbursement, terms: [first, ...changes] as const, payments: ofLoan }];
    });
  }

  /** The country of a client, deleted or not. */
  countryOf(client_id: string | null): string | null {
    return client_id === null ? null : (this.#clients.get(client_id)?.record.country ?? null);
  }
}

const factsOf = (payment: Payment): PaymentFacts => ({ ...PLAIN_PAYMENT, ...payment });

function foldDisbursement(before: PastDisbursement | undefined, event: PastEvent): PastDisbursement {
  const stored = foldRecord("disbursement", before?.stored, event);
  if (event.step === "delete") return { stored, terms: before?.terms ?? [] };
  const old = event.step === "create" ? null : (before?.stored.record ?? null);
  const agreed = agreedTerms(old, stored.record, event.change as DisbursementChange);
  const terms = old === null ? [] : (before?.terms ?? []);
  if (agreed) terms.push({ ...agreed, sequence: event.sequence });
  return { stored, terms };
}
