import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { type Answer, Api } from "../support/api.ts";

export const ENDPOINTS = "/v1/webhook-endpoints";
export const URL_OF_RECEIVER = "https://receiver.example.com/hooks";

/** A request as a receiver gets it. */
export interface Received {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
  readonly data: any;
}

export type Behaviour = (request: Received) => Response | Promise<Response>;

export const ok: Behaviour = () => new Response("thanks");
export const answers =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  () =>
    new Response(null, { status, headers });

export const senderOf = (tenant: string) => env.WEBHOOK_SENDER.getByName(tenant);

/** A tenant's sender whose requests go to the test, and whose clock the test turns. */
export class Receiver {
  readonly api: Api;
  /** Everything that arrived, in order. */
  readonly received: Received[] = [];
  behave: Behaviour = ok;
  /** Milliseconds that the sender's clock is ahead of the real one. */
  ahead = 0;

  private constructor(api: Api) {
    this.api = api;
  }

  /** Puts the receiver in the place of the world for a tenant's sender, until the object is evicted. */
  static async of(api = new Api()): Promise<Receiver> {
    const receiver = new Receiver(api);
    await receiver.plug();
    return receiver;
  }

  async plug(): Promise<void> {
    await runInDurableObject(senderOf(this.api.tenant), (sender) => {
      sender.fetcher = (url, init) => this.#take(url, init);
      sender.now = () => Date.now() + this.ahead;
    });
  }

  async #take(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const body = String(init.body);
    const { type, timestamp, data } = JSON.parse(body);
    const request = { url, headers, body, id: headers.get("webhook-id") ?? "", type, timestamp, data };
    this.received.push(request);
    return this.behave(request);
  }

  /** Makes an endpoint; with its secret. */
  async create(
    body: object = {},
    api = this.api,
  ): Promise<{ readonly endpoint_id: string; readonly secret: string }> {
    const answer = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER, ...body });
    if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
    return answer.body;
  }

  show(endpoint_id: string): Promise<Answer> {
    return this.api.get(`${ENDPOINTS}/${endpoint_id}`);
  }

  /** Lets the sender deliver what is due now by its clock. */
  async turn(): Promise<boolean> {
    await senderOf(this.api.tenant).poke(this.api.tenant);
    return runDurableObjectAlarm(senderOf(this.api.tenant));
  }

  /** Turns the clock on to the sender's alarm, and lets it ring. False: there is none. */
  async alarm(): Promise<boolean> {
    const at = await this.alarmAt();
    if (at === null) return false;
    this.ahead = Math.max(this.ahead, at - Date.now() + 1);
    return runDurableObjectAlarm(senderOf(this.api.tenant));
  }

  /** When the sender wakes by itself, in milliseconds since 1970. */
  alarmAt(): Promise<number | null> {
    return runInDurableObject(senderOf(this.api.tenant), (_, state) => state.storage.getAlarm());
  }

  get now(): number {
    return Date.now() + this.ahead;
  }

  /** What arrived as `type sequence`, in order. */
  get story(): readonly string[] {
    return this.received.map(({ type, data, id }) => `${type} ${data.sequence ?? id.split("_").at(-3)}`);
  }
}

/** Verifies a request as the Standard Webhooks' own library does; throws when it is not genuine. */
export function verify(secret: string, { body, headers }: Received): unknown {
  return new Webhook(secret).verify(body, Object.fromEntries(headers));
}
