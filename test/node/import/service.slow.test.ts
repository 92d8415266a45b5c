import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { sampleTape } from "../../../src/cli/sample/tape.ts";
import { ImportService, scratch, tokenOf } from "./service.ts";
import { reported, spoiltTape } from "./tape.ts";

let service: ImportService;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ service, stop } = await ImportService.start());
});
afterAll(() => stop());

const LOANS = 12;
const SAMPLE = [...sampleTape({ loans: LOANS, seed: 4, asOf: "2026-11-20" })];
const ndjson = (lines: readonly unknown[]) =>
  lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");

const newTenant = () => `import-${crypto.randomUUID().slice(0, 8)}`;

async function fileOf(content: string, name = "tape.ndjson"): Promise<string> {
  const path = join(await scratch(), name);
  await writeFile(path, content);
  return path;
}

/** A table as the command line exports it, without what differs between two tenants. */
async function exported(tenant: string, table: string): Promise<readonly unknown[]> {
  const { stdout } = await service.run(["export", table], tenant);
  const ownOf = (name: string) => /^(id|event_id|created_at|updated_at|on_date|ledger_loan_id)$/.test(name);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Object.entries(JSON.parse(line) as object).filter(([name]) => !ownOf(name)))
    .map((row) => JSON.stringify(row))
    .sort();
}

const client = (id: string, name = "Ann") => ({
  category: "client",
  data: { ...(SAMPLE[0]?.data ?? {}), client_id: id, name },
});

describe("an import", () => {
  it("stores every line, and a second run sends nothing", async () => {
    const [tenant, path] = [newTenant(), await fileOf(ndjson(SAMPLE))];
    const first = await service.run(["import", path], tenant);
    expect(first).toMatchObject({ exitCode: 0, stdout: `Done: all ${SAMPLE.length} lines are in.\n` });
    expect(await exported(tenant, "disbursements")).toHaveLength(LOANS);
    const before = service.batches;
    expect(await service.run(["import", path], tenant)).toMatchObject({ exitCode: 0 });
    expect(service.batches).toBe(before);
  });

  it("finishes with 3 when lines were refused, and the report names exactly those, with field and reason", async () => {
    const { lines, refusals } = spoiltTape(20, 14, 11);
    const [tenant, path] = [newTenant(), await fileOf(ndjson(lines))];
    const ended = await service.run(["import", path, "--concurrency", "3"], tenant);
    expect(ended).toMatchObject({ exitCode: 3, stdout: expect.stringContaining(`${path}.refused.ndjson`) });
    const report = await readFile(`${path}.refused.ndjson`, "utf8");
    expect(reported(report)).toEqual(refusals);
    expect(report).toContain('"message":"The disbursement BAD-D-6 was refused."');
    const [last, row] = [report, report].map((text, index) =>
      JSON.parse(
        text
          .trim()
          .split("\n")
          .at(-1 - index) ?? "",
      ),
    );
    expect(Object.keys(row)).toEqual(["file", "line", "category", "id", "status", "code", "errors"]);
    const count = (code: string) =>
      [...refusals.values()].filter((refusal) => refusal.startsWith(code)).length;
    expect(last.summary).toContainEqual({
      code: "not_found",
      field: "",
      message: 'The payment "…" does not exist.',
      count: count("not_found"),
      first: expect.arrayContaining(["NO-P-4"]),
    });
    expect(ended.stdout.trim().split("\n").at(-1)).toBe(
      `Finished: ${lines.length - 14} of ${lines.length} lines are in, 14 were refused.`,
    );
  });

  it("of A, B, A stores three events, and of A with its own key twice stores one", async () => {
    const update = (name: string) => ({
      category: "client",
      data: { step: "update", client_id: "C-1", name },
    });
    const keyed = { idempotency_key: "own-key-1", ...update("Cleo") };
    const lines = [client("C-1"), update("Ann"), update("Bea"), update("Ann"), keyed, keyed];
    const tenant = newTenant();
    expect(await service.run(["import", "-"], tenant, { input: ndjson(lines) })).toMatchObject({
      exitCode: 0,
    });
    const { stdout } = await service.run(["export", "events"], tenant);
    expect(stdout.trim().split("\n")).toHaveLength(5);
  });

  it("sends parents before their children and deletes last, in reverse, from any place in the files", async () => {
    const payments = SAMPLE.filter(({ category }) => category === "payment");
    const others = SAMPLE.filter(({ category }) => category !== "payment");
    const gone = [
      { category: "client", data: { step: "delete", client_id: "C-9" } },
      { category: "client", data: { step: "delete", client_id: "BR-0001" } },
    ];
    const lines = [
      client("C-9"),
      ...payments,
      ...[...others].reverse().filter(({ data }) => data.step === "create"),
      ...gone,
    ];
    const rest = others.filter(({ category, data }) => category !== "client" && data.step !== "create");
    const tenant = newTenant();
    const ended = await service.run(["import", "-"], tenant, { input: ndjson([...lines, ...rest]) });
    expect(ended).toMatchObject({ exitCode: 0 });
    const { stdout } = await service.run(["export", "events"], tenant);
    const steps = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(steps.slice(-2).map(({ data }) => data)).toEqual([gone[1]?.data, gone[0]?.data]);
  });

  it("keeps the order of the lines of a record that is deleted among them, and stays so in a second run", async () => {
    const steps = (id: string, ...named: readonly (string | null)[]) =>
      named.map((name) =>
        name === null ? { category: "client", data: { step: "delete", client_id: id } } : client(id, name),
      );
    // C-1 is new, C-2 lives already, C-3 has nothing to delete.
    const lines = [
      ...steps("C-1", "old", null, "new"),
      ...steps("C-2", null, "new"),
      ...steps("C-3", null, "new"),
    ];
    const tenant = newTenant();
    await service.run(["import", "-"], tenant, { input: ndjson([client("C-2", "old")]) });
    const path = await fileOf(ndjson(lines));
    for (const _ of [1, 2]) {
      const ended = await service.run(["import", path], tenant);
      expect(ended).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("6 of 7 lines are in") });
      expect(
        (await exported(tenant, "clients")).map((row) => /"name","(\w+)"/.exec(String(row))?.[1]),
      ).toEqual(["new", "new", "new"]);
    }
  });

  it("of exported events gives another tenant equal tables", async () => {
    const [from, to] = [newTenant(), newTenant()];
    await service.run(["import", "-"], from, { input: ndjson(SAMPLE) });
    const { stdout } = await service.run(["export", "events"], from);
    const path = await fileOf(stdout);
    expect(await service.run(["import", "--in-order", path], to)).toMatchObject({ exitCode: 0 });
    for (const table of ["clients", "disbursements", "payments", "operations", "purchase_clients"]) {
      const rows = await exported(from, table);
      expect(rows.length, table).toBeGreaterThan(0);
      expect(await exported(to, table), table).toEqual(rows);
    }
  });

  it("of an export leaves out the events of the service itself, and names them", async () => {
    const [from, to] = [newTenant(), newTenant()];
    const lines = SAMPLE.filter(({ category }) => category === "client");
    await service.run(["import", "-"], from, { input: ndjson(lines) });
    const ask = async (method: string, path: string, body: unknown) => {
      const headers = {
        Authorization: `Bearer ${await tokenOf(from)}`,
        "Content-Type": "application/json",
        "Idempotency-Key": crypto.randomUUID(),
      };
      const answer = await fetch(`${service.url}${path}`, { method, headers, body: JSON.stringify(body) });
      expect(answer.status, await answer.text()).toBeLessThan(300);
    };
    await ask("PUT", "/v1/settings", { anonymous_clients: true });
    await ask("PUT", "/v1/bookkeeping", { mode: "records" });
    await ask("POST", `/api/clients/${lines[0]?.data.client_id}/erasure`, { reason: "error" });
    const { stdout } = await service.run(["export", "events"], from);
    const own = stdout.split("\n").slice(lines.length, -1);
    expect(own.map((line) => JSON.parse(line))).toMatchObject([
      { category: "settings", step: "put", data: { anonymous_clients: true } },
      { category: "ledger", step: "switched", data: { mode: "records" } },
      { category: "client", step: "erase", id: lines[0]?.data.client_id },
    ]);
    const rest = own.join("\n");
    for (const more of [["--in-order"], ["--dry-run"]]) {
      expect(await service.run(["import", "-", ...more], to, { input: rest })).toMatchObject({
        exitCode: 0,
        stderr:
          "Not sent, because import sends only events of records: settings put (1), ledger switched (1), client erase (1).\n",
      });
    }
  });

  it("of exported events of every kind sends those of records, and names the kinds that it leaves out", async () => {
    const tenant = newTenant();
    const other = (category: string, step: string) => ({
      key_hash: "0".repeat(64),
      category,
      data: { step },
    });
    const unsent = [
      other("client", "erase"),
      ...[
        other("ledger", "switched"),
        other("ledger", "payment_received"),
        other("ledger", "payment_received"),
      ],
      ...[other("settings", "put"), other("log", "restored")],
    ];
    // The API answers the step beside the data, which is null for a token that may not read it.
    const hidden = { category: "ledger", step: "opening", data: null };
    const path = await fileOf(ndjson([client("C-1"), ...unsent, hidden, client("C-2")]));
    const names =
      "client erase (1), ledger switched (1), ledger payment_received (2), settings put (1), log restored (1), ledger opening (1)";
    const stderr = `Not sent, because import sends only events of records: ${names}.\n`;
    for (const args of [["--dry-run"], [], []]) {
      const ended = await service.run(["import", path, ...args], tenant);
      expect(ended).toMatchObject({ exitCode: 0, stderr });
      expect(ended.stdout).toContain(args.length > 0 ? "2 of 2 lines fit" : "Done: all 2 lines are in.");
    }
    const unknown = await service.run(["import", "-"], tenant, {
      input: ndjson([other("client", "rename")]),
    });
    expect(unknown).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("data.step") });
  });

  it("names --upsert when it refuses records that exist", async () => {
    const tenant = newTenant();
    await service.run(["import", "-"], tenant, { input: ndjson([client("C-1")]) });
    const again = await service.run(["import", "-"], tenant, { input: ndjson([client("C-1", "Bea")]) });
    expect(again).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("With --upsert, records") });
  });

  it("of an exported CSV table gives the same rows", async () => {
    const [from, to] = [newTenant(), newTenant()];
    await service.run(["import", "-"], from, {
      input: ndjson(SAMPLE.filter(({ category }) => category === "client")),
    });
    const folder = await scratch();
    await service.run(["export", "clients", "--format", "csv", "--out", folder], from);
    const path = join(folder, "clients.csv");
    expect(await service.run(["import", path, "--category", "client"], to)).toMatchObject({ exitCode: 0 });
    expect(await exported(to, "clients")).toEqual(await exported(from, "clients"));
  });

  it("continues through lost connections and 503 answers, and stores each line once", async () => {
    let request = 0;
    const flaky = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      request += 1;
      if (request % 3 === 0) return void outgoing.writeHead(503, { "Retry-After": "0" }).end();
      const answer = await fetch(`${service.url}${incoming.url}`, {
        method: incoming.method ?? "GET",
        headers: incoming.headers as Record<string, string>,
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      // Done, and the answer is lost on its way.
      if (request % 3 === 1) return void outgoing.destroy();
      outgoing
        .writeHead(answer.status, { "Content-Type": answer.headers.get("Content-Type") ?? "" })
        .end(body);
    });
    await new Promise<void>((resolve) => flaky.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void flaky.close());
    const { port } = flaky.address() as { port: number };
    const some = SAMPLE.slice(0, 150);
    const [tenant, path] = [newTenant(), await fileOf(ndjson(some))];
    const ended = await service.run(["import", path], tenant, { url: `http://127.0.0.1:${port}` });
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(request).toBeGreaterThan(4);
    const { stdout } = await service.run(["export", "events"], tenant);
    expect(stdout.trim().split("\n")).toHaveLength(some.length);
  });

  it("stops with 1 and a sentence when the token is refused, and the same command continues later", async () => {
    const path = await fileOf(ndjson(SAMPLE));
    const [header, payload] = (await tokenOf("import-expired")).split(".");
    const child = service.spawn(["import", path], `${header}.${payload}.AAAA`);
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/401 invalid_token\)\nNothing was sent\./),
    });
    expect(await service.run(["import", path], "import-expired")).toMatchObject({ exitCode: 0 });
  });

  it("refuses a checkpoint of other files or of another tenant", async () => {
    const path = await fileOf(ndjson(SAMPLE.slice(0, 3)));
    const checkpoint = `${path}.mine`;
    const args = ["import", path, "--checkpoint", checkpoint];
    expect(await service.run(args, newTenant())).toMatchObject({ exitCode: 0 });
    expect(await service.run(args, newTenant())).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("another server or tenant. Delete it"),
    });
  });

  it("retries refused lines when their parents exist by then", async () => {
    const tenant = newTenant();
    const [clients, others] = [
      SAMPLE.filter(({ category }) => category === "client"),
      SAMPLE.filter(({ category }) => category !== "client"),
    ];
    const path = await fileOf(ndjson(others));
    expect(await service.run(["import", path], tenant)).toMatchObject({ exitCode: 3 });
    await service.run(["import", "-"], tenant, { input: ndjson(clients) });
    expect(await service.run(["import", path], tenant)).toMatchObject({ exitCode: 0 });
    await expect(stat(`${path}.refused.ndjson`)).rejects.toThrow("ENOENT");
  });

  it("that is a dry run sends nothing, says so, and names the invalid lines", async () => {
    const { lines, refusals } = spoiltTape(5, 7, 3);
    const path = await fileOf(ndjson(lines));
    const before = service.batches;
    const { exitCode, stdout } = await service.run(["import", path, "--dry-run"], newTenant());
    expect({ exitCode, sent: service.batches - before }).toEqual({ exitCode: 3, sent: 0 });
    expect(stdout).toMatch(/^Dry run: nothing was sent\./);
    expect(stdout).toContain("lines refer to records that these files do not create");
    const found = reported(await readFile(`${path}.refused.ndjson`, "utf8"));
    const schema = [...refusals].filter(([, refusal]) =>
      /^(malformed|unsupported|validation_error data.(email|currency))/.test(refusal),
    );
    expect([...found]).toEqual(schema);
  });

  it.each([
    [["import", "no-such-file.ndjson"], 1, "no-such-file.ndjson cannot be read."],
    [["import", "clients.csv"], 2, "name its --category"],
    [["import", "-", "--concurrency", "17"], 2, "It takes a whole number from 1 to 16."],
    [["import"], 2, "missing required argument 'files'"],
  ])("%j ends with %i", async (args, exitCode, sentence) => {
    const folder = await scratch();
    await writeFile(join(folder, "clients.csv"), "client_id\n");
    const resolved = args.map((arg) => (arg === "clients.csv" ? join(folder, arg) : arg));
    const ended = await service.run(resolved, newTenant());
    expect(ended).toMatchObject({ exitCode, stderr: expect.stringContaining(sentence) });
  });
});
