import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import { goldenLines } from "../../audit/golden/lines.ts";
import { captured } from "../log/captured.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** A server on this machine that ends with the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("listen --forward-to sends each event and its journal entries, signed, in order, and goes on after a failure", async () => {
  const log = goldenLines();
  const service = await serve((request, response) => {
    const url = new URL(request.url ?? "/", "http://service");
    if (url.pathname === "/v1/log/events") {
      const after = Number(url.searchParams.get("after"));
      const lines = log.filter(({ sequence }) => sequence > after).slice(0, 5);
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    } else {
      const id = url.pathname.replace("/v1/journal-entries/", "");
      const entry = log.flatMap(({ entries }) => entries).find((one) => one.journal_entry_id === id);
      response.end(JSON.stringify({ ...entry, posted_at: "2026-11-20T00:00:00.000Z", correlation_id: "c" }));
    }
  });
  const from = 2;
  const events = log.filter(({ sequence }) => sequence >= from);
  const entries = events.flatMap((event) => event.entries.map(({ journal_entry_id }) => journal_entry_id));
  expect(entries.length).toBeGreaterThan(0);

  const received: { body: string; headers: IncomingHttpHeaders }[] = [];
  const done = Promise.withResolvers<void>();
  const receiver = await serve(async (request, response) => {
    const body = await text(request);
    received.push({ body, headers: request.headers });
    response.writeHead(received.length === 1 ? 500 : 204).end();
    const ids = new Set(received.map((one) => one.headers["webhook-id"]));
    if (entries.every((id) => ids.has(`msg_${id}`)) && ids.has(`msg_${events.at(-1)?.event_id}`))
      done.resolve();
  });

  const args = ["--forward-to", receiver, "--secret", SECRET, "--from-sequence", String(from)];
  const listening = captured("listen", ...args, "--url", service, "--token", "t");
  await done.promise;
  process.emit("SIGINT");
  const ended = await listening;
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toBe(
    `Forwarding the events after 1 to ${receiver}, signed with ${SECRET}. Ctrl-C ends it.\n`,
  );
  const webhook = new Webhook(SECRET);
  const messages = received.map(({ body, headers }) =>
    webhook.verify(body, headers as Record<string, string>),
  );
  const printed = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(
    printed.slice(0, messages.length).map(({ type, timestamp, data }) => ({ type, timestamp, data })),
  ).toEqual(messages);
  expect(printed.slice(0, 2).map(({ status }) => status)).toEqual([500, 204]);
  const sequences = printed.flatMap(({ data }) => (data.sequence === undefined ? [] : [data.sequence]));
  expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
  expect(new Set(printed.map(({ type }) => type))).toContain("journalEntryPosted");
  vi.restoreAllMocks();
});
