import { expect } from "vitest";
import { type Answer, Api, newKey } from "../support/api.ts";
import { spelling } from "./decimals.ts";
import type { Command, Round, SimEvent } from "./events.ts";
import { Model, type Verdict } from "./model.ts";

export interface Request {
  readonly event: SimEvent;
  readonly key: string;
  readonly text: string;
}

/** What the model knows of one tenant at one moment. */
export interface Moment {
  readonly model: Model;
  readonly sequence: number;
  /** The request and the event id of each key that is used up. */
  readonly keys: ReadonlyMap<string, { readonly same: string; readonly event_id: string }>;
}

export interface Tenant {
  readonly api: Api;
  /** Sends a request to the service until it gets an answer that settles it. */
  readonly send: (text: string, key: string) => Promise<Answer>;
  readonly requests: Request[];
  now: Moment;
}

export function newTenants(count: number): Tenant[] {
  return Array.from({ length: count }, () => {
    const api = new Api();
    return newTenant(api, (text, key) => api.post("/ingest", text, key));
  });
}

export function newTenant(api: Api, send: Tenant["send"]): Tenant {
  return { api, send, requests: [], now: { model: new Model(), sequence: 0, keys: new Map() } };
}

const isNumber = (json: string) => /^-?\d/.test(json);

/** Equal for two events exactly when they are the same request (docs/api.md#idempotency). */
function identity({ category, step, members }: SimEvent): string {
  const values = Object.entries(members)
    .map(
      ([name, { json }]) => [name, isNumber(json) ? `number ${spelling(json)}` : JSON.parse(json)] as const,
    )
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([category, step, values]);
}

export function spell({ category, step, members }: SimEvent): string {
  const data = Object.entries(members).map(([name, { json }]) => `${JSON.stringify(name)}:${json}`);
  return `{"category":"${category}","data":{${[`"step":"${step}"`, ...data].join(",")}}}`;
}

/** The same JSON value in other words: members reversed, white space, zeros after the point. */
function respell({ category, step, members }: SimEvent): string {
  const data = Object.entries(members).map(([name, { json }]) => {
    const padded = /^-?\d+$/.test(json) ? `${json}.0` : /^-?\d+\.\d+$/.test(json) ? `${json}0` : json;
    return `${JSON.stringify(name)} : ${padded}`;
  });
  return `{ "data" : {\n${[...data.reverse(), `"step":"${step}"`].join(" ,\t")}} , "category":"${category}" }`;
}

function requestOf(tenants: readonly Tenant[], tenant: Tenant, command: Command): Request {
  const { event, back } = command;
  const fresh = { event, key: newKey(), text: spell(event) };
  const source = command.key === "other tenant" ? tenants.find((other) => other !== tenant) : tenant;
  const earlier = source?.requests.at(-1 - back);
  if (!earlier || command.key === "new") return fresh;
  if (command.key === "again") return earlier;
  if (command.key === "respelt") return { ...earlier, text: respell(earlier.event) };
  return { ...fresh, key: earlier.key };
}

/** What the contract answers a request with at a moment, and the moment after it. */
function predict(
  moment: Moment,
  request: Request,
  event_id: string,
): { verdict: Verdict | "duplicate"; after: Moment } {
  const shape = Model.check(request.event);
  if (shape) return { verdict: shape, after: moment };
  const used = moment.keys.get(request.key);
  const same = identity(request.event);
  if (used?.same === same) return { verdict: "duplicate", after: moment };
  if (used) {
    const verdict = {
      kind: "refused",
      status: 422,
      code: "idempotency_mismatch",
      fields: new Map(),
    } as const;
    return { verdict, after: moment };
  }
  const model = new Model(moment.model.records);
  const verdict = model.apply(request.event);
  if (verdict.kind === "refused") return { verdict, after: moment };
  const keys = new Map(moment.keys).set(request.key, { same, event_id });
  return { verdict, after: { model, sequence: moment.sequence + 1, keys } };
}

/** The answer in the terms of a verdict, comparable as text. */
function describeAnswer({ status, body }: Answer): string {
  if (status < 300) return JSON.stringify([body.status, status]);
  const errors = (body.errors ?? []).map(
    (error: { field: string; code: string }) => `${error.field} ${error.code}`,
  );
  return JSON.stringify([status, body.code, errors.sort()]);
}

function describeVerdict(verdict: Verdict | "duplicate"): string {
  if (verdict === "duplicate") return JSON.stringify(["duplicate", 200]);
  if (verdict.kind === "accepted") return JSON.stringify(["success", verdict.status]);
  const errors = [...verdict.fields].map(([name, code]) => `data.${name} ${code}`);
  return JSON.stringify([verdict.status, verdict.code, errors.sort()]);
}

interface Pair {
  readonly request: Request;
  readonly answer: Answer;
}

/**
 * The answer that accepted each new event, in the order of the log. Where it was lost, the event is first heard of as a
 * duplicate of a key that was not used before.
 */
function firstAnswers(before: Moment, pairs: readonly Pair[]): readonly Pair[] {
  const first = new Map<string, Pair>();
  for (const pair of pairs) {
    const { key } = pair.request;
    if (pair.answer.body.status === "success") first.set(key, pair);
    else if (pair.answer.body.status === "duplicate" && !before.keys.has(key) && !first.has(key))
      first.set(key, pair);
  }
  return [...first.values()].sort((a, b) => a.answer.body.sequence - b.answer.body.sequence);
}

/**
 * Sends a round at once and checks that its answers are those of some order one after another: the accepted events in
 * the order of their sequences, and every other answer at one of the moments between them.
 */
export async function play(tenants: readonly Tenant[], round: Round): Promise<readonly SimEvent[]> {
  const tenant = tenants[round.tenant];
  if (!tenant) throw new Error("a round names its tenant");
  const requests = round.commands.map((command) => requestOf(tenants, tenant, command));
  const answers = await Promise.all(requests.map(({ text, key }) => tenant.send(text, key)));
  const pairs = requests.map((request, index) => ({ request, answer: answers[index] as Answer }));
  const accepted = firstAnswers(tenant.now, pairs);
  const moments = [tenant.now];
  for (const { request, answer } of accepted) {
    const { verdict, after } = predict(moments.at(-1) as Moment, request, answer.body.event_id);
    const said = answer.body.status === "success" ? describeAnswer(answer) : "success whose answer was lost";
    const meant = verdict !== "duplicate" && verdict.kind === "accepted" && answer.body.status !== "success";
    expect(meant ? "success whose answer was lost" : describeVerdict(verdict), request.text).toBe(said);
    expect(answer.body.sequence).toBe(after.sequence);
    moments.push(after);
  }
  for (const { request, answer } of pairs.filter((pair) => !accepted.includes(pair))) {
    const possible = moments.map((moment) => describeVerdict(predict(moment, request, "").verdict));
    expect(possible, request.text).toContain(describeAnswer(answer));
    if (answer.body.status !== "duplicate") continue;
    const first = moments.at(-1)?.keys.get(request.key);
    expect(answer.body.event_id).toBe(first?.event_id);
  }
  tenant.now = moments.at(-1) as Moment;
  tenant.requests.push(...requests);
  return accepted.map(({ request }) => request.event);
}
