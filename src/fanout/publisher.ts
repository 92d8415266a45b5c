import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { EventsMessage } from "./message.ts";

/** A `send` that takes longer counts as failed; it may still arrive, which is harmless. */
const SEND_DEADLINE_MS = 5_000;

/**
 * Sends the queue the sequence of a tenant's last event. One message is in flight at a time. Events that arrive
 * meanwhile share the next message, so under load one message serves many events. No answer waits for it, and it never
 * fails: the gate's alarm and the sweep replace a lost message.
 */
export class EventsPublisher {
  readonly #queue: () => Queue<unknown>;
  #next: EventsMessage | null = null;
  #sending = false;

  constructor(queue: () => Queue<unknown>) {
    this.#queue = queue;
  }

  /** Resolves when there is nothing more to send. */
  async publish(message: EventsMessage): Promise<void> {
    this.#next = message;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#next) {
        const sent = this.#next;
        this.#next = null;
        await this.#send(sent);
      }
    } finally {
      this.#sending = false;
    }
  }

  async #send(message: EventsMessage): Promise<void> {
    try {
      await withDeadline(this.#queue().send(message), SEND_DEADLINE_MS);
    } catch (error) {
      const { tenant_id: tenant, upto } = message;
      const entry = { level: "warn", message: "events message not sent", tenant, upto };
      console.warn(JSON.stringify({ ...entry, error: causeOf(error) }));
    }
  }
}
