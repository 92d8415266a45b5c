import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import { ACCOUNTS, type AccountCode } from "./accounts.ts";

/** What a tenant calls an account, here and in the books that it keeps elsewhere; null: nothing of its own. */
export interface AccountNames {
  readonly name: string | null;
  readonly external_code: string | null;
  readonly external_name: string | null;
}

export const NO_NAMES: AccountNames = { name: null, external_code: null, external_name: null };

/** The accounts that have names of the tenant. */
export type NamedAccounts = ReadonlyMap<AccountCode, AccountNames>;

/** The tenant's name of an account, or else that of the chart. */
export const nameOfAccount = (names: NamedAccounts, code: AccountCode): string =>
  names.get(code)?.name ?? ACCOUNTS[code].name;

/** A checked `PUT /v1/accounts/{account_code}`: null takes a name back, and what is left out stays. */
export interface AccountNamedCommand {
  readonly type: "account_named";
  readonly account_code: AccountCode;
  readonly change: { readonly [Member in keyof AccountNames]?: string | null | undefined };
}

/** The names as an event leaves them. */
export interface AccountNamesRow extends AccountNames {
  readonly account_code: AccountCode;
  readonly sequence: number;
}

export function namesAfter(before: AccountNames, change: AccountNamedCommand["change"]): AccountNames {
  const { name, external_code, external_name } = change;
  return {
    name: name === undefined ? before.name : name,
    external_code: external_code === undefined ? before.external_code : external_code,
    external_name: external_name === undefined ? before.external_name : external_name,
  };
}

/** The event of a named account. It keeps the names, because a replay returns the same answer. */
export const accountNamedEvent = (
  account_code: AccountCode,
  names: AccountNames,
  stamp: Stamp,
  request: RequestOfEvent,
): DraftEvent =>
  eventOf(stamp, request, {
    category: "ledger",
    step: "account_named",
    answer: JSON.stringify({ account_code, ...names }),
  });
