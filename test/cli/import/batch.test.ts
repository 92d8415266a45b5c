import { expect, it } from "vitest";
import { sendBatch } from "../../../src/cli/import/batch.ts";
import type { Service } from "../../../src/cli/service.ts";

/** A service that answers each batch with the next statuses, one for each line. */
function answering(...answers: readonly (readonly number[])[]) {
  const sent: string[][] = [];
  const request = async (_path: string, init: RequestInit) => {
    const lines = String(init.body).trim().split("\n");
    const statuses = answers[sent.length] ?? [];
    sent.push(lines);
    const headers = { "Retry-After": "1" };
    const body = lines.map((_, index) => {
      const status = statuses[index] ?? 500;
      return JSON.stringify({ line: index + 1, status, ...(status === 503 && { headers }), body: {} });
    });
    return new Response(body.join("\n"));
  };
  return { sent, service: { request } as unknown as Service };
}

it("an import sends the lines that are 5xx again, in their order, and no others", async () => {
  const { sent, service } = answering([201, 503, 500, 400, 503], [201, 503, 201], [200]);
  const lines = ["client", "loan", "payment", "wrong", "operation"];
  const answered = await sendBatch(service, lines, new AbortController().signal);
  expect(sent).toEqual([lines, ["loan", "payment", "operation"], ["payment"]]);
  expect(answered.ok && answered.value.map((answer) => answer?.kind)).toEqual([
    "in",
    "in",
    "in",
    "refused",
    "in",
  ]);
});
