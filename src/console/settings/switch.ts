/** What decides how the books come from the records, as `GET /v1/bookkeeping` answers it. */
export interface SwitchState {
  readonly mode: "off" | "records";
  readonly settle: "by_hand" | "on_disbursement";
  readonly bank_account_ref: string | null;
}

/** What `PUT /v1/bookkeeping` takes. */
export type SwitchBody =
  | { readonly mode: "off" }
  | { readonly mode: "records"; readonly settle: "by_hand" }
  | { readonly mode: "records"; readonly settle: "on_disbursement"; readonly bank_account_ref: string };

interface Described {
  readonly act: string;
  readonly effects: readonly string[];
}

/** What a switch will do (docs/bookkeeping.md#the-switch); null where nothing changes. */
export function describedSwitch(now: SwitchState, body: SwitchBody): Described | null {
  if (body.mode === "off") {
    return now.mode === "off"
      ? null
      : {
          act: "Switch bookkeeping off",
          effects: [
            "Events of disbursements and payments post no journal entry any more. The entries so far stay.",
            "Switched on again, every record is brought to its position in the books.",
          ],
        };
  }
  const bank = body.settle === "on_disbursement" ? body.bank_account_ref : null;
  const settled =
    bank === null
      ? "Originations and raises are settled by hand."
      : `The event that posts an origination or a raise settles it too, from the bank account ${bank}.`;
  if (now.mode === "off") {
    return {
      act: "Switch bookkeeping on",
      effects: [
        "From now on each event of a disbursement or a payment also posts its journal entries, in the same commit.",
        "Earlier records are opened in the background: each is booked on its own days. Events are accepted meanwhile.",
        settled,
        "The time zone of the tenant cannot change any more.",
      ],
    };
  }
  if (now.settle === body.settle && now.bank_account_ref === bank) return null;
  return {
    act: "Change the settlements",
    effects: [
      settled,
      "This counts for entries that are posted from now on. Earlier ones stay, settled or not.",
    ],
  };
}
