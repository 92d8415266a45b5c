import { isJsonObject, parseJson } from "../../contract/json.ts";
import { SCOPES, type Scope } from "../../contract/scopes.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { sendBatch } from "../import/batch.ts";
import { sampleTape } from "../sample/tape.ts";
import { Service, sentenceOf } from "../service.ts";
import { type LocalKey, mintToken } from "./issuer.ts";

/** The tenant of the sample, apart from the one of the tour. */
export const SAMPLE_TENANT = "sample";
const LOANS = 100;
const SEED = 1;
const BATCH_LINES = 100;
const LOAD_LIFETIME_S = 600;
const CONSOLE_LIFETIME_S = 12 * 3600;

/** The scopes of a person who only reads. */
const READ_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope.endsWith(":read"));

const keyOf = (asOf: string, line: number): string => `sample:${asOf}:${line}`;

/** The day for which the sample of this service was made; today when there is none yet. */
async function dayOfSample(service: Service): Promise<Result<string, CommandFailure>> {
  const response = await service.request("/api/tables/events?limit=1&sort_order=asc");
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const body = parseJson(await response.text());
  const first =
    body.ok && isJsonObject(body.value) && Array.isArray(body.value.data) ? body.value.data[0] : null;
  const key = isJsonObject(first) ? String(first.idempotency_key) : "";
  return ok(/^sample:(\d{4}-\d\d-\d\d):/.exec(key)?.[1] ?? new Date().toISOString().slice(0, 10));
}

/** Sends the whole sample tape each time: stored events are answered as duplicates. */
export async function loadSample(
  url: string,
  key: LocalKey,
  stop: AbortSignal,
): Promise<Result<void, CommandFailure>> {
  const scopes: readonly Scope[] = ["ingest:write", "records:read"];
  const request = { tenant: SAMPLE_TENANT, scopes, lifetimeS: LOAD_LIFETIME_S, issuedAt: new Date() };
  const service = Service.from({ url, token: await mintToken(key, request) });
  if (!service.ok) return service;
  const asOf = await dayOfSample(service.value);
  if (!asOf.ok) return asOf;
  const lines = [...sampleTape({ loans: LOANS, seed: SEED, asOf: asOf.value })].map((envelope, index) =>
    JSON.stringify({ idempotency_key: keyOf(asOf.value, index), ...envelope }),
  );
  for (let from = 0; from < lines.length; from += BATCH_LINES) {
    const sent = await sendBatch(service.value, lines.slice(from, from + BATCH_LINES), stop);
    if (!sent.ok) return sent;
    const refused = sent.value.find((answer) => answer?.kind === "refused");
    if (refused?.kind === "refused") {
      return err(failed(`The sample could not be loaded: ${JSON.stringify(refused.refusal)}`));
    }
  }
  return ok(undefined);
}

/** The console's address with a token in its fragment, which no server sees: read scopes only, twelve hours. */
export async function consoleLink(url: string, key: LocalKey): Promise<string> {
  const request = {
    tenant: SAMPLE_TENANT,
    scopes: READ_SCOPES,
    lifetimeS: CONSOLE_LIFETIME_S,
    issuedAt: new Date(),
  };
  return `${url}/console#token=${await mintToken(key, request)}`;
}
