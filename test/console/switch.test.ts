import { describe, expect, it } from "vitest";
import { describedSwitch, type SwitchState } from "../../src/console/settings/switch.ts";

const OFF: SwitchState = { mode: "off", settle: "by_hand", bank_account_ref: null };
const ON: SwitchState = { mode: "records", settle: "by_hand", bank_account_ref: null };
const PAYS: SwitchState = { mode: "records", settle: "on_disbursement", bank_account_ref: "ops" };

describe("what a switch of bookkeeping will do", () => {
  it("is nothing where it is the present state", () => {
    expect(describedSwitch(OFF, { mode: "off" })).toBeNull();
    expect(describedSwitch(ON, { mode: "records", settle: "by_hand" })).toBeNull();
    const same = { mode: "records", settle: "on_disbursement", bank_account_ref: "ops" } as const;
    expect(describedSwitch(PAYS, same)).toBeNull();
  });

  it("is named by its act, with who settles", () => {
    const on = describedSwitch(OFF, { mode: "records", settle: "by_hand" });
    expect(on?.act).toBe("Switch bookkeeping on");
    expect(on?.effects).toContain("Originations and raises are settled by hand.");
    expect(describedSwitch(PAYS, { mode: "off" })?.act).toBe("Switch bookkeeping off");
    const other = { mode: "records", settle: "on_disbursement", bank_account_ref: "main" } as const;
    for (const now of [ON, PAYS]) {
      const changed = describedSwitch(now, other);
      expect(changed?.act).toBe("Change the settlements");
      expect(changed?.effects[0]).toContain("from the bank account main");
    }
  });
});
