import { describe, expect, it } from "vitest";
import { amountMinor, positiveAmount, signedAmount } from "../../../src/contract/ledger/values.ts";

const MAX = "9223372036854775807";
const BEYOND = "9223372036854775808";

describe("minor units", () => {
  it.each([
    ["may be 0", amountMinor, ["0", "1", MAX], [BEYOND, "-1", "01", "", " 1", "1.0", "1e3"]],
    ["must move something", positiveAmount, ["1", MAX], ["0", BEYOND, "-1"]],
    ["may be negative", signedAmount, [`-${MAX}`, "-1", "0", MAX], [`-${BEYOND}`, BEYOND, "-0", "--1", "+1"]],
  ])("that %s are read to the last unit of 64 bits", (_, schema, taken, refused) => {
    for (const text of taken) expect(schema.safeParse(text)).toMatchObject({ data: BigInt(text) });
    for (const text of refused) expect(schema.safeParse(text).success).toBe(false);
  });
});
