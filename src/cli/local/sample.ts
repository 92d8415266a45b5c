import { isJsonObject, parseJson } from "../../contract/json.ts";
import { SCOPES, type Scope } from "../../contract/scopes.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { keyHash } from "../../domain/log/hash.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { sendBatch } from "../import/batch.ts";
import { SAMPLE_DIMENSIONS, sampleFacilities } from "../sample/reports.ts";
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
const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day for which the sample of this service was made; today when there is none yet. */
async function dayOfSample(service: Service): Promise<Result<string, CommandFailure>> {
  const response = await service.request("/api/tables/events?category=client&limit=1&sort_order=asc");
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const body = parseJson(await response.text());
  const first =
    body.ok && isJsonObject(body.value) && Array.isArray(body.value.data) ? body.value.data[0] : null;
  if (!isJsonObject(first)) return ok(dayOf(Date.now()));
  // The first event of a sample may have been stored after midnight.
  const storedAt = Date.parse(String(first.created_at));
  const days = [dayOf(storedAt), dayOf(storedAt - DAY_MS)];
  const day = days.find((one) => first.key_hash === keyHash(SAMPLE_TENANT, keyOf(one, 0)));
  return day === undefined
    ? err(failed(`The tenant "${SAMPLE_TENANT}" has other data, so the sample was not loaded.`))
    : ok(day);
}

/** Puts something under a key of its own, so that it is put once. */
async function putOnce(
  service: Service,
  key: string,
  path: string,
  body: object,
): Promise<Result<void, CommandFailure>> {
  const answer = await service.request(path, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `sample:${key}` },
    body: JSON.stringify(body),
  });
  return answer instanceof Response ? ok(undefined) : err(failed(sentenceOf(answer)));
}

/** Sends the whole sample tape each time: stored events are answered as duplicates. */
export async function loadSample(
  url: string,
  key: LocalKey,
  stop: AbortSignal,
): Promise<Result<void, CommandFailure>> {
  const scopes: readonly Scope[] = [
    "ingest:write",
    "records:read",
    "hpts:adjustments:write",
    "settings:write",
    "facilities:write",
  ];
  const request = { tenant: SAMPLE_TENANT, scopes, lifetimeS: LOAD_LIFETIME_S, issuedAt: new Date() };
  const service = Service.from({ url, token: await mintToken(key, request) });
  if (!service.ok) return service;
  const asOf = await dayOfSample(service.value);
  if (!asOf.ok) return asOf;
  const booked = await putOnce(service.value, "books", "/v1/bookkeeping", { mode: "records" });
  if (!booked.ok) return booked;
  // Before the tape: a member of `info` is a dimension from then on.
  const settings = { report_dimensions: SAMPLE_DIMENSIONS };
  const set = await putOnce(service.value, "settings", "/v1/settings", settings);
  if (!set.ok) return set;
  const sent = await sendTape(service.value, asOf.value, stop);
  return sent.ok ? putFacilities(service.value, asOf.value) : sent;
}

async function putFacilities(service: Service, asOf: string): Promise<Result<void, CommandFailure>> {
  for (const [id, terms] of Object.entries(sampleFacilities(asOf))) {
    const put = await putOnce(service, `facility:${id}`, `/api/facilities/${id}`, terms);
    if (!put.ok) return put;
  }
  return ok(undefined);
}

async function sendTape(
  service: Service,
  asOf: string,
  stop: AbortSignal,
): Promise<Result<void, CommandFailure>> {
  const lines = [...sampleTape({ loans: LOANS, seed: SEED, asOf })].map((envelope, index) =>
    JSON.stringify({ idempotency_key: keyOf(asOf, index), ...envelope }),
  );
  for (let from = 0; from < lines.length; from += BATCH_LINES) {
    const sent = await sendBatch(service, lines.slice(from, from + BATCH_LINES), stop);
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
