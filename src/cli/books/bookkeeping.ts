import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { bookkeepingState, proof } from "../../contract/bookkeeping/answers.ts";
import { ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, report, wrongUsage } from "../failure.ts";
import { print, tableText } from "../read/format.ts";
import { getExact } from "../read/get.ts";
import { sendWrite } from "../send.ts";
import { Service, type ServiceOptions } from "../service.ts";

export interface BookkeepingOptions extends ServiceOptions {
  readonly json: boolean;
}

export interface SwitchOptions extends BookkeepingOptions {
  readonly mode: "off" | "records";
  readonly settle?: "by_hand" | "on_disbursement" | undefined;
  /** The bank account of settlements that records post. */
  readonly bank?: string | undefined;
}

export interface ProofOptions extends BookkeepingOptions {
  readonly asOf: string | undefined;
}

type State = ParsedOf<typeof bookkeepingState>;
type Proof = ParsedOf<typeof proof>;

const PATH = "/v1/bookkeeping";
const POLL_MS = 1_000;

const isOpening = ({ mode, progress }: State): boolean =>
  mode === "records" && Number(progress.done) < Number(progress.total);

function stateText(state: State): string {
  const { mode, since_sequence, progress } = state;
  if (mode === "off") return "Bookkeeping is off.\n";
  const since = `Bookkeeping is on since event ${since_sequence}.`;
  const settled =
    state.settle === "by_hand"
      ? "Settlements are posted by hand."
      : `Disbursements are settled from the bank account ${state.bank_account_ref}.`;
  const records = `${progress.done} of ${progress.total} earlier records are booked`;
  return `${since} ${records}${isOpening(state) ? " so far" : ""}.\n${settled}\n`;
}

/** Prints whether books come from the records. Resolves with the exit code. */
export async function bookkeepingStatus({ json, ...options }: BookkeepingOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const state = await getExact<State>(service.value, PATH);
  if (!state.ok) return report(state.error);
  print(state.value, json, stateText);
  return EXIT.done;
}

/** Switches bookkeeping, and waits until all earlier records are booked. Resolves with the exit code. */
export async function switchBookkeeping(asked: SwitchOptions): Promise<number> {
  const { mode, settle, bank, json, ...options } = asked;
  if (bank !== undefined && settle !== "on_disbursement") {
    return report(wrongUsage("--bank needs --settle on_disbursement."));
  }
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const body = { mode, ...(settle && { settle }), ...(bank && { bank_account_ref: bank }) };
  const request = { method: "PUT", path: PATH, key: `cli:${randomUUID()}`, body } as const;
  const switched = await sendWrite<State>(service.value, request);
  if (!switched.ok) return report(switched.error);
  let state = switched.value;
  while (isOpening(state)) {
    console.error(stateText(state).trim());
    await pause(POLL_MS);
    const next = await getExact<State>(service.value, PATH);
    if (!next.ok) return report(next.error);
    state = next.value;
  }
  print(state, json, stateText);
  return EXIT.done;
}

/** The comparison of records and books, all pages of it. */
async function wholeProof(
  service: Service,
  asOf: string | undefined,
): Promise<Result<Proof, CommandFailure>> {
  const query = new URLSearchParams(asOf === undefined ? {} : { as_of_date: asOf });
  const differences: Proof["differences"][number][] = [];
  let compared = 0;
  for (;;) {
    const page = await getExact<Proof>(service, `${PATH}/proof?${query}`);
    if (!page.ok) return page;
    const { next_cursor, ...rest } = page.value;
    differences.push(...rest.differences);
    compared += Number(rest.compared);
    if (next_cursor === undefined) return ok({ ...rest, differences, compared: compared as never });
    query.set("cursor", next_cursor);
    query.set("as_of_date", rest.as_of_date);
  }
}

function proofText({ as_of_date, compared, differences }: Proof): string {
  const start = `As of ${as_of_date}: ${compared} disbursements compared`;
  if (differences.length === 0) return `${start}, nothing differs.\n`;
  const table = tableText(
    [
      { title: "Disbursement", align: "left" },
      { title: "account", align: "left" },
      { title: "records", align: "right" },
      { title: "books", align: "right" },
      { title: "", align: "left" },
    ],
    differences.map((one) => [
      one.disbursement_id,
      one.account_code,
      one.records_minor,
      one.books_minor,
      one.currency,
    ]),
  );
  return `${start}, ${differences.length} balances differ (in minor units).\n\n${table}`;
}

/** Prints where records and books differ. Resolves with the exit code: 3 where they do. */
export async function proveBookkeeping({ asOf, json, ...options }: ProofOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const found = await wholeProof(service.value, asOf);
  if (!found.ok) return report(found.error);
  print(found.value, json, proofText);
  return found.value.differences.length === 0 ? EXIT.done : EXIT.refused;
}
