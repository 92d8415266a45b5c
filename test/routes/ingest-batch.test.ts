import { describe, expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, oneTo, sequencesOf } from "../support/gate.ts";

interface Line {
  readonly line: number;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
  readonly body: any;
}

const lineOf = (category: string, data: object, idempotency_key = newKey()) =>
  JSON.stringify({ idempotency_key, category, data });

const clientLine = (n: number) => lineOf("client", { ...individual, client_id: `C-${n}` }, `client-key-${n}`);

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

async function postBatch(api: Api, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const answer = await api.post("/ingest/batch", body, newKey(), {
    "Content-Type": "application/x-ndjson",
    ...headers,
  });
  const isLines = answer.headers.get("Content-Type") === "application/x-ndjson";
  const lines: Line[] = isLines
    ? answer.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  return { ...answer, lines, problem: isLines ? null : JSON.parse(answer.text) };
}

describe("POST /ingest/batch", () => {
  it("answers each line as POST /ingest would, in order, and 200 when all are accepted", async () => {
    const api = new Api();
    const batch = [
      lineOf("client", individual),
      lineOf("disbursement", loan),
      lineOf("payment", payment),
      lineOf("payment", { step: "update", payment_id: "PAY-1", status: "paid" }),
    ];
    const { status, lines, headers } = await postBatch(api, batch.join("\n"));
    expect(status).toBe(200);
    expect(lines.map(({ line, status: own }) => [line, own])).toEqual([
      [1, 201],
      [2, 201],
      [3, 201],
      [4, 200],
    ]);
    expect(lines[0]?.headers).toEqual({ Location: "/api/tables/clients/C-1" });
    expect(lines[3]?.headers).toBeUndefined();
    expect(lines[1]?.body).toMatchObject({
      status: "success",
      sequence: 2,
      category: "disbursement",
      id: "L-1",
    });
    const bookmark = headers.get("x-d1-bookmark") ?? "";
    expect(
      (await api.get("/api/tables/payments/PAY-1", { "x-d1-bookmark": bookmark })).body.data.status,
    ).toBe("paid");
  });

  it("answers 207 when a line is refused, and stores the others", async () => {
    const api = new Api();
    const batch = [
      clientLine(1),
      "{not json",
      '{"category":"client","data":{}}',
      lineOf("client", individual, "short"),
      JSON.stringify({ ...JSON.parse(clientLine(2)), extra: 1 }),
      lineOf("client", { ...individual, email: "nope" }),
      lineOf("loan", {}),
      lineOf("client", { ...individual, client_id: "C-1" }),
      lineOf("payment", payment),
      "[1]",
      `{"idempotency_key":"k-12345678","x":"${"y".repeat(64 * 1024)}"}`,
      clientLine(3),
    ];
    const { status, lines } = await postBatch(api, batch.join("\n"));
    expect(status).toBe(207);
    expect(lines.map(({ status: own, body }) => [own, body.code ?? body.status])).toEqual([
      [201, "success"],
      [400, "malformed_json"],
      [400, "missing_idempotency_key"],
      [400, "invalid_idempotency_key"],
      [400, "validation_error"],
      [400, "validation_error"],
      [400, "unsupported_category"],
      [409, "already_exists"],
      [400, "validation_error"],
      [400, "validation_error"],
      [413, "payload_too_large"],
      [201, "success"],
    ]);
    expect(lines[4]?.body.errors).toMatchObject([{ field: "extra", code: "unknown_field" }]);
    expect(lines[8]?.body.errors[0]).toMatchObject({
      field: "data.disbursement_id",
      code: "unknown_reference",
    });
    expect(lines[5]?.body).toMatchObject({
      instance: "/ingest",
      type: "http://ledger.test/problems/validation_error",
    });
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 2]);
  });

  it("takes the hash of a key in its place: either sender finds the other's event", async () => {
    const api = new Api();
    const exported = (n: number, key: string, more: object = {}) => {
      const event = { category: "client", data: { ...individual, client_id: `C-${n}` } };
      return JSON.stringify({ key_hash: keyHash(api.tenant, key), ...more, ...event });
    };
    await api.ingest("client", { ...individual, client_id: "C-1" }, "key-of-a-client");
    const { lines } = await postBatch(
      api,
      [
        exported(1, "key-of-a-client"),
        exported(2, "key-of-another"),
        exported(3, "key-of-both", { idempotency_key: "key-of-both" }),
        exported(4, "key-of-four", { key_hash: "AB".repeat(32) }),
        exported(5, "key-of-five", { tenant_id: api.tenant }),
        exported(6, "key-of-six", { tenant_id: "another" }),
      ].join("\n"),
    );
    expect(lines.map(({ status, body }) => [status, body.code ?? body.status])).toEqual([
      [200, "duplicate"],
      [201, "success"],
      [400, "invalid_idempotency_key"],
      [400, "invalid_idempotency_key"],
      [201, "success"],
      [400, "invalid_idempotency_key"],
    ]);
    const again = await api.ingest("client", { ...individual, client_id: "C-2" }, "key-of-another");
    expect(again.body.status).toBe("duplicate");
    const { body } = await api.get("/api/tables/events?idempotency_key=key-of-another");
    expect(body.data).toMatchObject([{ id: "C-2", key_hash: keyHash(api.tenant, "key-of-another") }]);
  });

  it("treats a line as the same request as POST /ingest with its key, in either order", async () => {
    const api = new Api();
    const alone = await api.ingest("client", individual, "key-of-a-single");
    const first = await postBatch(
      api,
      `${lineOf("client", individual, "key-of-a-single")}\n${clientLine(2)}`,
    );
    expect(first.lines[0]).toMatchObject({
      status: 200,
      headers: { "Idempotent-Replayed": "true" },
      body: { status: "duplicate", event_id: alone.body.event_id },
    });
    const again = await api.ingest("client", { ...individual, client_id: "C-2" }, "client-key-2");
    expect([again.status, again.body.event_id]).toEqual([200, first.lines[1]?.body.event_id]);
    const other = await postBatch(api, lineOf("client", { ...individual, client_id: "C-9" }, "client-key-2"));
    expect([other.status, other.lines[0]?.body.code]).toEqual([207, "idempotency_mismatch"]);
  });

  it("answers only duplicates when it is sent again", async () => {
    const api = new Api();
    const batch = oneTo(30).map(clientLine).join("\n");
    const first = await postBatch(api, batch);
    const again = await postBatch(api, batch);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.lines.map(({ body }) => [body.status, body.event_id])).toEqual(
      first.lines.map(({ body }) => ["duplicate", body.event_id]),
    );
    expect(await eventsOf(api.tenant)).toHaveLength(30);
  });

  it("stores one event of a key that two of its lines carry", async () => {
    const api = new Api();
    const { status, lines } = await postBatch(api, [clientLine(1), clientLine(1)].join("\n"));
    expect([status, ...lines.map(({ body }) => body.status)]).toEqual([200, "success", "duplicate"]);
    expect(await eventsOf(api.tenant)).toHaveLength(1);
  });

  it("skips blank lines but counts them, and accepts LF and CRLF", async () => {
    const api = new Api();
    const { lines } = await postBatch(api, `\n${clientLine(1)}\r\n  \t\r\n${clientLine(2)}\n\n`);
    expect(lines.map(({ line, status }) => [line, status])).toEqual([
      [2, 201],
      [4, 201],
    ]);
  });

  it("stores 500 lines with one call to the gate and five groups, each of one round trip", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const { status, lines } = await postBatch(
      api,
      oneTo(500)
        .map((n) => clientLine(n + 1))
        .join("\n"),
    );
    expect([status, lines.length]).toEqual([200, 500]);
    expect(lines.map(({ body }) => body.sequence)).toEqual(oneTo(500).map((n) => n + 1));
    expect(d1.calls.map(isCommit)).toEqual(Array.from({ length: 5 }, () => true));
  });

  it("unpacks gzip", async () => {
    const api = new Api();
    const packed = await gzip(oneTo(20).map(clientLine).join("\n"));
    const { status, lines } = await postBatch(api, packed, { "Content-Encoding": "gzip" });
    expect([status, lines.length]).toEqual([200, 20]);
  });

  it("unpacks gzip of several members", async () => {
    const api = new Api();
    const members = [await gzip(`${clientLine(1)}\n`), await gzip(clientLine(2))];
    const packed = new Uint8Array(await new Blob(members).arrayBuffer());
    const { status, lines } = await postBatch(api, packed, { "Content-Encoding": "gzip" });
    expect([status, lines.length]).toEqual([200, 2]);
  });

  it("ignores an Idempotency-Key header", async () => {
    const api = new Api();
    for (const header of ["short", "key-of-the-header"]) {
      expect((await postBatch(api, clientLine(1), { "Idempotency-Key": header })).status).toBe(200);
    }
  });
});

describe("a batch that is refused as a whole stores nothing", () => {
  const tooMany = oneTo(501).map(clientLine).join("\n");
  const huge = `${" ".repeat(2 * 1024 * 1024)}${clientLine(1)}`;

  it.each([
    ["too many lines", tooMany, {}, 413, "too_many_lines"],
    ["501 lines, most of them blank", `${clientLine(1)}${"\n ".repeat(500)}`, {}, 413, "too_many_lines"],
    ["too many bytes", huge, {}, 413, "payload_too_large"],
    ["nothing in it", "", {}, 400, "malformed_json"],
    ["only blank lines in it", "\n \r\n", {}, 400, "malformed_json"],
    [
      "JSON's media type",
      clientLine(1),
      { "Content-Type": "application/json" },
      415,
      "unsupported_media_type",
    ],
    ["another encoding", clientLine(1), { "Content-Encoding": "br" }, 415, "unsupported_media_type"],
    ["broken gzip", "not gzip at all", { "Content-Encoding": "gzip" }, 400, "malformed_json"],
  ])("with %s", async (_, body, headers, status, code) => {
    const api = new Api();
    const answer = await postBatch(api, body, headers);
    expect([answer.status, answer.problem.code]).toEqual([status, code]);
    expect(await eventsOf(api.tenant)).toEqual([]);
  });

  it("with too many bytes after it is unpacked", async () => {
    const api = new Api();
    const answer = await postBatch(api, await gzip(huge), { "Content-Encoding": "gzip" });
    expect([answer.status, answer.problem.code]).toEqual([413, "payload_too_large"]);
  });

  it("with bytes that are not UTF-8", async () => {
    const api = new Api();
    const answer = await postBatch(api, new Uint8Array([0xff, 0xfe, 0x0a]));
    expect([answer.status, answer.problem.code]).toEqual([400, "malformed_json"]);
  });

  it("with a query", async () => {
    const api = new Api();
    const headers = { "Content-Type": "application/x-ndjson" };
    expect((await api.post("/ingest/batch?x=1", clientLine(1), newKey(), headers)).body.code).toBe(
      "invalid_query",
    );
  });
});
