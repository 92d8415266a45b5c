import type { Context } from "hono";
import { parseBody } from "../contract/body.ts";
import type { WEBHOOK_ROUTES } from "../contract/routes/webhooks.ts";
import type { Scope } from "../contract/scopes.ts";
import type { tested as testAnswer } from "../contract/webhooks/answers.ts";
import { changeSchema, type DestinationCheck, newEndpointSchema } from "../contract/webhooks/bodies.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../domain/core/webhook.ts";
import { keyHash } from "../domain/log/hash.ts";
import type { AppEnv } from "../http/app-env.ts";
import { callerGrants, insufficientScope } from "../http/authentication.ts";
import type { RouteHandlers, RouteRequest } from "../http/handler.ts";
import { fingerprint } from "../http/idempotency.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { askSender, readSender } from "../webhooks/client.ts";
import { destinationFault, hostOf, publicHosts } from "../webhooks/destination.ts";
import type { Caller, KeyOfRequest, Managed } from "../webhooks/sender.ts";

/** What a token must be allowed to read itself, by one of these scopes, before it may have it sent (docs/api.md#webhooks). */
const NEEDED: Readonly<Record<WebhookType, readonly [Scope, ...Scope[]]>> = {
  recordChanged: ["records:read"],
  historyAdded: ["records:read"],
  settingsChanged: ["records:read"],
  facilityChanged: ["records:read"],
  journalEntryPosted: ["hpts:ledger:read"],
  booksChanged: ["hpts:ledger:read"],
  logRestored: ["records:read", "hpts:ledger:read"],
};

const mayRead = (c: Context<AppEnv>, type: WebhookType): boolean =>
  NEEDED[type].some((scope) => callerGrants(c, scope));

const ownHost = (c: Context<AppEnv>) => hostOf(new URL(c.req.url));

const checkOf = (c: Context<AppEnv>): DestinationCheck => {
  // The sender refuses the request if the setting cannot be read.
  const hosts = publicHosts(c.env.PUBLIC_ORIGIN);
  const ownHosts = [ownHost(c), ...(hosts.ok ? hosts.value : [])];
  const rules = { allowLoopback: c.env.WEBHOOK_ALLOW_LOOPBACK === "true", ownHosts };
  return (url) => destinationFault(url, rules);
};

/** A body that the sender wrote. */
function renderText(c: Context<AppEnv>, text: string, status: 200 | 201 = 200): Response {
  return c.body(text, status, { "Content-Type": "application/json" });
}

const rendered = (c: Context<AppEnv>, result: Result<string, Problem>): Response =>
  result.ok ? renderText(c, result.value) : renderProblem(c, result.error);

function renderManaged(c: Context<AppEnv>, result: Result<Managed, Problem>, status: 200 | 201): Response {
  if (!result.ok) return renderProblem(c, result.error);
  const { body, replayed } = result.value;
  if (replayed) c.header("Idempotent-Replayed", "true");
  return renderText(c, body, replayed ? 200 : status);
}

async function keyOf(c: Context<AppEnv>): Promise<KeyOfRequest> {
  return {
    key: keyHash(c.get("principal").tenant_id, c.get("idempotency_key")),
    fingerprint: fingerprint(c.req.method, c.req.path, c.get("body")),
  };
}

/** The caller, with the scopes that its token lacks for the messages of some types. */
function callerOf(c: Context<AppEnv>): Caller {
  const types = WEBHOOK_TYPES.filter((type) => !mayRead(c, type));
  const lacking = Object.fromEntries(types.map((type) => [type, NEEDED[type][0]]));
  return { tenant: c.get("principal").tenant_id, lacking };
}

async function create(c: Context<AppEnv>): Promise<Response> {
  const parsed = parseBody(newEndpointSchema(checkOf(c)), c.get("body"));
  if (!parsed.ok) return renderProblem(c, parsed.error);
  const { url, description = null, from_sequence = null } = parsed.value;
  const readable = WEBHOOK_TYPES.filter((type) => mayRead(c, type));
  const event_types = parsed.value.event_types ?? readable;
  if (event_types.length === 0) return insufficientScope(c, "records:read");
  const wanted = { url, own_host: ownHost(c), event_types, description, from_sequence };
  const request = await keyOf(c);
  const made = await askSender(c.env, c.get("principal"), (sender) =>
    sender.create(callerOf(c), request, wanted),
  );
  if (made.ok && !made.value.replayed) {
    const { endpoint_id }: { endpoint_id: string } = JSON.parse(made.value.body);
    c.header("Location", `/v1/webhook-endpoints/${endpoint_id}`);
  }
  return renderManaged(c, made, 201);
}

async function change(c: Context<AppEnv>, id: string): Promise<Response> {
  const parsed = parseBody(changeSchema(checkOf(c)), c.get("body"));
  if (!parsed.ok) return renderProblem(c, parsed.error);
  const wanted = { ...parsed.value, own_host: ownHost(c) };
  return rendered(
    c,
    await askSender(c.env, c.get("principal"), (sender) => sender.change(callerOf(c), id, wanted)),
  );
}

async function rotate(
  c: Context<AppEnv>,
  { path, body }: RouteRequest<(typeof WEBHOOK_ROUTES)["rotateWebhookSecret"]>,
): Promise<Response> {
  const request = await keyOf(c);
  const expire = body.expire_previous === true;
  const rotated = await askSender(c.env, c.get("principal"), (sender) =>
    sender.rotate(callerOf(c), request, path.endpoint_id, expire),
  );
  return renderManaged(c, rotated, 200);
}

async function replay(
  c: Context<AppEnv>,
  { path, body }: RouteRequest<(typeof WEBHOOK_ROUTES)["replayWebhookEndpoint"]>,
): Promise<Response> {
  const request = await keyOf(c);
  const replayed = await askSender(c.env, c.get("principal"), (sender) =>
    sender.replay(callerOf(c), request, path.endpoint_id, body.from_sequence),
  );
  return renderManaged(c, replayed, 200);
}

async function test(c: Context<AppEnv>, id: string): Promise<Response> {
  const tested = await askSender(c.env, c.get("principal"), (sender) => sender.ping(callerOf(c), id));
  if (!tested.ok) return renderProblem(c, tested.error);
  const { delivered, status, duration_ms, error } = tested.value;
  return renderJson<typeof testAnswer>(c, { delivered, status, duration_ms, error: error ?? undefined });
}

async function remove(c: Context<AppEnv>, id: string): Promise<Response> {
  const removed = await askSender(c.env, c.get("principal"), (sender) => sender.remove(callerOf(c), id));
  return removed.ok ? c.body(null, 204) : renderProblem(c, removed.error);
}

/** `/v1/webhook-endpoints` (docs/api.md#webhooks). */
export const webhookHandlers = {
  createWebhookEndpoint: create,
  listWebhookEndpoints: async (c) => {
    const { tenant_id } = c.get("principal");
    const none = ok(JSON.stringify({ data: [] }));
    return rendered(c, await readSender(c.env, tenant_id, (sender) => sender.list(callerOf(c)), none));
  },
  getWebhookEndpoint: async (c, { path }) => {
    const { tenant_id } = c.get("principal");
    const none = err({ code: "not_found", detail: "This webhook endpoint does not exist." } as const);
    const id = path.endpoint_id;
    return rendered(c, await readSender(c.env, tenant_id, (sender) => sender.get(callerOf(c), id), none));
  },
  changeWebhookEndpoint: (c, { path }) => change(c, path.endpoint_id),
  deleteWebhookEndpoint: (c, { path }) => remove(c, path.endpoint_id),
  rotateWebhookSecret: rotate,
  testWebhookEndpoint: (c, { path }) => test(c, path.endpoint_id),
  replayWebhookEndpoint: replay,
} satisfies Partial<RouteHandlers>;
