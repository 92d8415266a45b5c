import { type Waiver, waiverOf } from "../waiver.ts";

/** A checked `POST /v1/interest-waivers` (docs/api.md#ledger). */
interface InterestWaived extends Waiver {
  readonly type: "interest_waived";
}

/** The lender forgoes interest that is owed. */
export const interest_waived = waiverOf<InterestWaived>("interest_waived", "interest", "4100");
