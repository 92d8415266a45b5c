import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { erasePerson } from "../../../src/cli/person/erase.ts";
import { understand } from "../program.ts";

const TOKEN = `e30.${btoa(JSON.stringify({ tenant_id: "acme" }))}.e30`;
const out: string[] = [];
const errors: string[] = [];

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation((text) => void out.push(String(text)));
  vi.spyOn(console, "error").mockImplementation((text) => void errors.push(String(text)));
});

afterEach(() => {
  vi.restoreAllMocks();
  out.length = 0;
  errors.length = 0;
});

/** A service with repaid loans of C-1 to C-3, which answers an erasure with a status and a code. */
async function serviceWith(verdicts: Readonly<Record<string, readonly [number, string]>>) {
  const asked: string[] = [];
  const positions = ["C-1", "C-2", "C-3"].map((client_id, index) => ({
    disbursement_id: `L-${index}`,
    client_id,
    state: "repaid",
    last_received: { payment_date: "2014-01-01", amount: 1 },
  }));
  const server = createServer((request, response) => {
    const { method, url = "" } = request;
    const [, client = ""] = /clients\/([^/]+)/.exec(url) ?? [];
    if (url.startsWith("/api/positions")) {
      response.end(JSON.stringify({ data: positions, pagination: { has_more: false } }));
      return;
    }
    asked.push(`${method} ${client}`);
    const [status, code] = verdicts[client] ?? [202, ""];
    response.writeHead(method === "GET" ? 200 : status);
    response.end(JSON.stringify({ code, detail: "why", status: "complete", sequence: 7, events_done: 7 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, token: TOKEN, asked };
}

it("erases each client though one is refused, names that one, and ends with 3", async () => {
  const { asked, ...service } = await serviceWith({
    "C-1": [409, "has_open_loans"],
    "C-2": [409, "already_erased"],
  });
  const whom = { repaidBefore: "2016-01-01", dryRun: false };
  expect(await erasePerson({ ...service, reason: "retention", whom })).toBe(3);
  expect(asked).toEqual(["POST C-1", "POST C-2", "POST C-3"]);
  expect(out).toEqual(["C-3, last receipt 2014-01-01"]);
  expect(errors).toEqual([
    "C-1: The service refused: why (409 has_open_loans)",
    "Erased 1 clients. Erased before: 1. Refused: 1.",
  ]);
});

it("ends with 0 where the others were erased before, and with --dry-run erases nobody", async () => {
  const { asked, ...service } = await serviceWith({ "C-2": [409, "already_erased"] });
  const whom = { repaidBefore: "2016-01-01", dryRun: true };
  expect(await erasePerson({ ...service, reason: "retention", whom })).toBe(0);
  expect([asked, out.length]).toEqual([[], 3]);
  expect(await erasePerson({ ...service, reason: "retention", whom: { ...whom, dryRun: false } })).toBe(0);
});

it("waits until one client is erased, and ends with 1 where that client is refused", async () => {
  const { asked, ...service } = await serviceWith({ "C-2": [404, "not_found"] });
  expect(await erasePerson({ ...service, reason: "request", whom: { client_id: "C-1" } })).toBe(0);
  expect(asked).toEqual(["POST C-1", "GET C-1"]);
  expect(await erasePerson({ ...service, reason: "request", whom: { client_id: "C-2" } })).toBe(1);
});

it("takes either a client or a day", async () => {
  const one = await understand(["person", "erase", "C-1"]);
  expect(one.options).toMatchObject({ reason: "request", whom: { client_id: "C-1" } });
  const many = await understand(["person", "erase", "--repaid-before", "2016-01-01", "--dry-run"]);
  const whom = { repaidBefore: "2016-01-01", dryRun: true };
  expect(many.options).toMatchObject({ reason: "retention", whom });
  const wrong = [
    ["person", "erase"],
    ["person", "erase", "C-1", "--repaid-before", "2016-01-01"],
  ];
  wrong.push(["person", "erase", "C-1", "--dry-run"], ["person", "erase", "C-1", "--reason", "boredom"]);
  for (const argv of wrong) expect((await understand(argv)).exitCode, argv.join(" ")).toBe(2);
});
