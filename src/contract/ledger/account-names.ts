import * as z from "zod";
import { printable } from "./values.ts";

const NAME_CHARACTERS_MAX = 100;
const CODE_CHARACTERS_MAX = 64;

/** `PUT /v1/accounts/{account_code}` (docs/ledger.md#names-of-your-own): null takes a name back. */
export const accountNamesBody = z.strictObject({
  name: printable(NAME_CHARACTERS_MAX).nullish().describe("The account's name in answers and exports."),
  external_code: printable(CODE_CHARACTERS_MAX)
    .nullish()
    .describe("The account's number in your general ledger; several accounts may have one."),
  external_name: printable(NAME_CHARACTERS_MAX)
    .nullish()
    .describe("The account's name in your general ledger."),
});
