import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import type { AnswerOf } from "../../contract/answer-types.ts";
import type { newEndpoint } from "../../contract/webhooks/answers.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { requireFreePort } from "../local/port.ts";
import { stopRequests } from "../local/stop-requests.ts";
import { Service, type ServiceOptions, sentenceOf } from "../service.ts";

export interface ListenOptions extends ServiceOptions {
  readonly port: number;
  /** The secret of an endpoint that is already registered. */
  readonly secret: string | undefined;
  readonly fromSequence: number | undefined;
}

/** A delivery is some hundred bytes: ids, types and dates. */
const BODY_BYTES_MAX = 65_536;
const ENDPOINTS = "/v1/webhook-endpoints";

/** A registered endpoint, with the secret that only the first answer has. */
interface Endpoint {
  readonly endpoint_id: string;
  readonly secret: string;
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers 204 to a delivery with a valid signature and prints it (docs/api.md#webhooks); 400 to anything else. */
async function receive(webhook: Webhook, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  try {
    if (request.method !== "POST" || body === null) throw new Error("no delivery");
    console.log(JSON.stringify(webhook.verify(body, headers)));
    response.writeHead(204).end();
  } catch (error) {
    console.error(`Refused a request: ${error instanceof Error ? error.message : String(error)}`);
    response.writeHead(400, { Connection: "close" }).end();
  }
}

async function register(service: Service, options: ListenOptions): Promise<Result<Endpoint, CommandFailure>> {
  const { port, fromSequence } = options;
  const response = await service.request(ENDPOINTS, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `listen:${randomUUID()}` },
    body: JSON.stringify({
      url: `http://localhost:${port}/`,
      description: "loan-ledger listen",
      ...(fromSequence !== undefined && { from_sequence: fromSequence }),
    }),
  });
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const { endpoint_id, secret } = (await response.json()) as AnswerOf<typeof newEndpoint>;
  if (secret === undefined) return err(failed(`The answer for ${endpoint_id} has no secret.`));
  return ok({ endpoint_id, secret });
}

async function serve(port: number, secret: string): Promise<Server> {
  const webhook = new Webhook(secret);
  const server = createServer((request, response) => void receive(webhook, request, response));
  server.listen(port, "localhost");
  await once(server, "listening");
  return server;
}

async function untilStopped(server: Server): Promise<void> {
  const stop = stopRequests();
  if (!stop.aborted) await once(stop, "abort");
  server.close();
  server.closeAllConnections();
}

/** Receives webhooks and prints them until it is stopped. Resolves with the exit code. */
export async function listen(options: ListenOptions): Promise<number> {
  const free = await requireFreePort(options.port);
  if (!free.ok) return report(failed(`Port ${options.port} is not free. Name another with --port.`));
  if (options.secret !== undefined) {
    const server = await serve(options.port, options.secret);
    console.error(`Listening on http://localhost:${options.port}/. Ctrl-C ends it.`);
    await untilStopped(server);
    return EXIT.done;
  }
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const endpoint = await register(service.value, options);
  if (!endpoint.ok) return report(endpoint.error);
  const { endpoint_id, secret } = endpoint.value;
  const server = await serve(options.port, secret);
  console.error(`Endpoint ${endpoint_id} delivers to http://localhost:${options.port}/. Ctrl-C removes it.`);
  await untilStopped(server);
  const removed = await service.value.request(`${ENDPOINTS}/${endpoint_id}`, { method: "DELETE" });
  if (removed instanceof Response) return EXIT.done;
  return report(failed(`The endpoint ${endpoint_id} was not removed. ${sentenceOf(removed)}`));
}
