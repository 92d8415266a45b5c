import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { EventsMessage } from "../../src/fanout/message.ts";
import { EventsPublisher } from "../../src/fanout/publisher.ts";
import { messageFor } from "./queue.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A publisher to a queue that does with each message what `send` says, and what it was given. */
function publisherTo(send: (message: EventsMessage) => unknown) {
  const sent: number[] = [];
  const queue = {
    send: (body: EventsMessage) => {
      sent.push(body.upto);
      return send(body);
    },
  } as unknown as Queue<unknown>;
  return { publisher: new EventsPublisher(() => queue), sent };
}

it("one message is in flight at a time, and the next covers all events that arrived meanwhile", async () => {
  const answered = Promise.withResolvers<void>();
  const { publisher, sent } = publisherTo(() => answered.promise);
  const all = [1, 2, 3, 4].map((upto) => publisher.publish(messageFor("t", upto)));
  expect(sent).toEqual([1]);
  answered.resolve();
  await Promise.all(all);
  expect(sent).toEqual([1, 4]);
});

it("a send that never answers delays the next message by at most five seconds", async () => {
  const { publisher, sent } = publisherTo(({ upto }) => (upto === 1 ? new Promise(() => {}) : undefined));
  const first = publisher.publish(messageFor("t", 1));
  await publisher.publish(messageFor("t", 2));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent).toEqual([1, 2]);
  await first;
});

it("a send that fails is not retried, and the next message is sent", async () => {
  const { publisher, sent } = publisherTo(({ upto }) => {
    if (upto === 1) throw new Error("no queue");
  });
  await publisher.publish(messageFor("t", 1));
  await publisher.publish(messageFor("t", 2));
  expect(sent).toEqual([1, 2]);
});
