import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { EventsMessage } from "./message.ts";

/** A `send` that takes longer counts as failed; it may still arrive, which is harmless. */
const SEND_DEADLINE_MS = 5_000;

/**
 * Tells the queue how far a tenant's events go. One message is under way at a time; what becomes due meanwhile is one
 * more message, so that under load one serves many events. Never awaited by an answer, and never fails: the gate's
 * alarm and the sweep complete what a lost message leaves.
 */
export class EventsPublisher {
  readonly #queue: () => Queue<unknown>;
  #next: EventsMessage | null = null;
  #sending = false;

  constructor(queue: () => Queue<unknown>) {
    this.#queue = queue;
  }

  /** Resolves when nothing is left to send. */
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
