import { type Waiver, waiverOf } from "../waiver.ts";

/** A checked `POST /v1/fee-waivers` (docs/api.md#ledger). */
interface FeeWaived extends Waiver {
  readonly type: "fee_waived";
}

/** The lender forgoes fees that are owed. */
export const fee_waived = waiverOf<FeeWaived>("fee_waived", "fees", "4200");
