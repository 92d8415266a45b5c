import { randomUUID } from "node:crypto";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type {
  endpoint,
  endpoints,
  newEndpoint,
  rotatedEndpoint,
  tested,
} from "../../contract/webhooks/answers.ts";
import type { Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, report } from "../failure.ts";
import { listText, print } from "../read/format.ts";
import { getExact } from "../read/get.ts";
import { sendWrite } from "../send.ts";
import { Service, type ServiceOptions } from "../service.ts";

const PATH = "/v1/webhook-endpoints";

export interface WebhooksOptions extends ServiceOptions {
  readonly json: boolean;
}

export interface NewEndpointOptions extends WebhooksOptions {
  readonly to: string;
  readonly types: readonly string[] | undefined;
  readonly description: string | undefined;
  readonly fromSequence: number | undefined;
}

export interface EndpointOptions extends WebhooksOptions {
  readonly id: string;
  /** What happens to the endpoint. */
  readonly action: "enable" | "disable" | "test" | "rotate-secret" | "delete";
}

export interface ReplayOptions extends WebhooksOptions {
  readonly id: string;
  readonly fromSequence: number;
}

type Endpoint = ParsedOf<typeof endpoint>;
type Answer = Endpoint | ParsedOf<typeof newEndpoint> | ParsedOf<typeof rotatedEndpoint>;

function endpointText(one: Answer): string {
  const { endpoint_id, url, status, description, event_types, cursor_sequence } = one;
  return listText([
    ["endpoint", endpoint_id],
    ["url", url],
    ...(description === null ? [] : [["description", description] as const]),
    ["status", status],
    ["types", event_types.join(" ")],
    ["delivered to", `event ${cursor_sequence}`],
    ...("behind" in one ? [["behind", `${one.behind} events`] as const, ...failureOf(one)] : []),
    ...("secret" in one && one.secret !== undefined ? [["secret", one.secret] as const] : []),
  ]);
}

function failureOf({ last_failure }: Endpoint): readonly (readonly [string, string])[] {
  if (last_failure === null) return [];
  const { at, error, status, attempts } = last_failure;
  return [["last failure", `${at}, ${error}${status === null ? "" : ` ${status}`}, ${attempts} attempts`]];
}

/** Prints all endpoints. Resolves with the exit code. */
export async function listWebhooks({ json, ...options }: WebhooksOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const found = await getExact<ParsedOf<typeof endpoints>>(service.value, PATH);
  if (!found.ok) return report(found.error);
  print(found.value, json, ({ data }) =>
    data.length === 0 ? "No endpoints.\n" : data.map(endpointText).join("\n"),
  );
  return EXIT.done;
}

/** Registers an endpoint and prints it with its secret, once. Resolves with the exit code. */
export async function createWebhook(options: NewEndpointOptions): Promise<number> {
  const { to, types, description, fromSequence, json } = options;
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const body = {
    url: to,
    ...(types !== undefined && { event_types: types }),
    ...(description !== undefined && { description }),
    ...(fromSequence !== undefined && { from_sequence: fromSequence }),
  };
  const request = { method: "POST", path: PATH, key: `cli:${randomUUID()}`, body } as const;
  const made = await sendWrite<Answer>(service.value, request);
  if (!made.ok) return report(made.error);
  print(made.value, json, endpointText);
  return EXIT.done;
}

/** Enables, disables, tests or deletes an endpoint, or rotates its secret. Resolves with the exit code. */
export async function changeWebhook({ id, action, json, ...options }: EndpointOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const path = `${PATH}/${encodeURIComponent(id)}`;
  if (action === "delete") {
    const deleted = await sendWrite<object>(service.value, { method: "DELETE", path });
    if (!deleted.ok) return report(deleted.error);
    console.error(`Deleted ${id}.`);
    return EXIT.done;
  }
  if (action === "test") {
    const found = await sendWrite<ParsedOf<typeof tested>>(service.value, {
      method: "POST",
      path: `${path}/test`,
    });
    if (!found.ok) return report(found.error);
    print(found.value, json, testText);
    return found.value.delivered ? EXIT.done : EXIT.stopped;
  }
  return printed(json, await changed(service.value, path, action));
}

function testText({ delivered, status, duration_ms, error }: ParsedOf<typeof tested>): string {
  const answer = status === null ? "no answer" : `answer ${status}`;
  const why = error === undefined ? "" : `, ${error}`;
  return `${delivered ? "Delivered" : "Not delivered"}: ${answer} after ${duration_ms} ms${why}.\n`;
}

function changed(
  service: Service,
  path: string,
  action: "enable" | "disable" | "rotate-secret",
): Promise<Result<Answer, CommandFailure>> {
  if (action === "rotate-secret") {
    const key = `cli:${randomUUID()}`;
    return sendWrite<Answer>(service, { method: "POST", path: `${path}/${action}`, key, body: {} });
  }
  return sendWrite<Answer>(service, { method: "PATCH", path, body: { status: `${action}d` } });
}

/** Delivers again from an event on. Resolves with the exit code. */
export async function replayWebhook({ id, fromSequence, json, ...options }: ReplayOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const request = {
    method: "POST",
    path: `${PATH}/${encodeURIComponent(id)}/replay`,
    key: `cli:${randomUUID()}`,
    body: { from_sequence: fromSequence },
  } as const;
  return printed(json, await sendWrite<Answer>(service.value, request));
}

function printed(json: boolean, answer: Result<Answer, CommandFailure>): number {
  if (!answer.ok) return report(answer.error);
  print(answer.value, json, endpointText);
  return EXIT.done;
}
