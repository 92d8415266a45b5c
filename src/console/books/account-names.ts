import type { ParsedOf } from "../../contract/answer-types.ts";
import type { chart } from "../../contract/ledger/answers.ts";
import { ACCOUNTS, type AccountCode } from "../../domain/ledger/accounts.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { may } from "../caller.ts";

/** An account as a reader sees it: `1100 Loans to customers`. */
export type AccountText = (code: AccountCode) => string;

/** By the chart, which every tenant has. */
export const chartText: AccountText = (code) => `${code} ${ACCOUNTS[code].name}`;

/** By the tenant's own names (docs/ledger.md#names-of-your-own), for a token that may read them; else by the chart. */
export async function ownAccountText(signal: AbortSignal): Promise<Fetched<AccountText>> {
  if (!may("hpts:balances:read")) return { ok: true, value: chartText };
  const answer = await get<ParsedOf<typeof chart>>(pathOf(["v1", "accounts"]), signal);
  if (!answer.ok) return answer;
  const names = new Map(answer.value.accounts.map((one) => [one.account_code, one.account_name]));
  return { ok: true, value: (code) => `${code} ${names.get(code) ?? ACCOUNTS[code].name}` };
}
