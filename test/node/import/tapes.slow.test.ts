import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImportService, scratch, tokenOf } from "./service.ts";
import { SHAPES } from "./shapes.ts";

let service: ImportService;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ service, stop } = await ImportService.start());
});
afterAll(() => stop());

const newTenant = () => `tapes-${crypto.randomUUID().slice(0, 8)}`;

async function fileOf(content: string, name: string): Promise<string> {
  const path = join(await scratch(), name);
  await writeFile(path, content);
  return path;
}

interface List {
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

async function call(tenant: string, path: string, init: RequestInit = {}): Promise<List> {
  const headers = {
    Authorization: `Bearer ${await tokenOf(tenant)}`,
    "Idempotency-Key": crypto.randomUUID(),
    "Content-Type": "application/json",
  };
  const answer = await fetch(`${service.url}${path}`, { ...init, headers });
  return (await answer.json()) as List;
}

/** A tenant whose clients may lack names: a tape that was bought has none. */
async function buyer(): Promise<string> {
  const tenant = newTenant();
  await call(tenant, "/v1/settings", { method: "PUT", body: '{"anonymous_clients":true}' });
  return tenant;
}

const lastLine = (text: string) => text.trim().split("\n").at(-1);

describe("a tape of each shape", () => {
  it.each(SHAPES)("is read by its mapping and ties out: $name", async ({ tape, mapping, asOf, loans }) => {
    const tenant = await buyer();
    const path = await fileOf(tape, "tape.csv");
    const mapped = await fileOf(JSON.stringify({ name: "shape", ...mapping }), "mapping.json");
    const rows = tape.trim().split("\n").length - ("columns" in mapping ? 0 : 1);
    const imported = await service.run(["import", path, "--mapping", mapped], tenant);
    expect(imported).toMatchObject({ exitCode: 0, stdout: `Done: all ${rows} rows are in.\n` });
    await expect(readFile(`${path}.shape.checkpoint`)).resolves.toBeDefined();

    const args = ["tie-out", path, "--mapping", mapped, "--as-of", asOf];
    const tied = await service.run(args, tenant);
    expect(tied).toMatchObject({
      exitCode: 0,
      stdout: "disbursement_id,field,theirs,ours,difference\r\n",
      stderr: `As of ${asOf}: ${loans} loans compared, 0 differ.\n`,
    });
  });
});

describe("a seller's figures", () => {
  it("that differ are listed with ours less theirs, with unknown and missing loans, up to a tolerance", async () => {
    const tenant = await buyer();
    const [shape] = SHAPES;
    const mapped = await fileOf(JSON.stringify({ name: "shape", ...shape?.mapping }), "mapping.json");
    await service.run(["import", await fileOf(shape?.tape ?? "", "tape.csv"), "--mapping", mapped], tenant);
    const theirs =
      "disbursement_id,outstanding,state,Other\nL-1,7499.70,current,x\nL-2,4999,repaid,y\nL-9,1,,\n";
    const path = await fileOf(theirs, "theirs.csv");
    const args = ["tie-out", path, "--as-of", "2026-06-30", "--tolerance", "0.05"];
    const found = await service.run(args, tenant);
    expect(found).toMatchObject({
      exitCode: 3,
      stdout:
        "disbursement_id,field,theirs,ours,difference\r\n" +
        "L-2,outstanding,4999,5000,1\r\nL-2,state,repaid,current,\r\nL-9,disbursement_id,L-9,,\r\n",
      stderr: expect.stringContaining("2 loans compared, 1 differ (outstanding 1, state 1)."),
    });
    expect(found.stderr).toContain("1 loans of the file are unknown here.");
    const all = await service.run([...args, "--all"], tenant);
    expect(all.stdout).toContain("L-3,disbursement_id,,L-3,\r\n");
    const none = await service.run(
      ["tie-out", path, "--as-of", "2026-06-30", "--map", "outstanding="],
      tenant,
    );
    expect(none).toMatchObject({ exitCode: 3 });
    const unreadable = await fileOf("disbursement_id,outstanding\nL-1,1.000\n", "theirs.csv");
    expect(await service.run(["tie-out", unreadable, "--as-of", "2026-06-30"], tenant)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining("Line 2: outstanding: 1.000 may be thousands: say with --decimal"),
    });
  });
});

describe("an import with --upsert", () => {
  const HEAD = "client_id,name,email,phone,address,country,is_company,registration_number,gender";
  const row = (id: string, name: string, phone = "+12025550123") =>
    `${id},${name},a@example.com,${phone},1 Main St,US,false,R-${id},female`;

  it("creates, updates what differs, leaves the rest alone, and counts each row once", async () => {
    const tenant = newTenant();
    const first = await fileOf(`${HEAD}\n${row("1", "Ann")}\n${row("2", "Bea")}\n`, "clients.csv");
    await service.run(["import", first, "--category", "client"], tenant);
    const corrected = `${HEAD}\n${row("1", "Ann", "+12025559999")}\n${row("2", "")}\n${row("3", "Cleo")}\n${row("4", "Dora", "no")}\n`;
    const second = await fileOf(corrected, "clients.csv");
    const ended = await service.run(["import", second, "--category", "client", "--upsert"], tenant);
    // An empty cell clears nothing.
    expect({ ...ended, last: lastLine(ended.stdout) }).toMatchObject({
      exitCode: 3,
      last: "Finished: 1 created, 1 updated, 1 unchanged, 1 refused.",
    });
    const rows = await call(tenant, "/api/tables/clients?sort_order=asc");
    expect(rows.data.map(({ name, phone }) => [name, phone])).toEqual([
      ["Ann", "+12025559999"],
      ["Bea", "+12025550123"],
      ["Cleo", "+12025550123"],
    ]);
    // The first file again undoes the correction, although the service knows its lines.
    const again = await service.run(["import", "-", "--category", "client", "--upsert"], tenant, {
      input: await readFile(first, "utf8"),
    });
    expect(lastLine(again.stdout)).toBe("Done: 0 created, 1 updated, 1 unchanged, 0 refused.");
    const events = await call(tenant, "/api/tables/events?sort_order=desc&limit=1");
    expect(events.data[0]?.data).toEqual({ step: "update", client_id: "1", phone: "+12025550123" });
  });

  it("sends the day and the reason of a change only with the change", async () => {
    const tenant = await buyer();
    const head =
      "disbursement_id,kind,client_id,disbursement_amount,currency,total_expected_margin,disbursement_date,maturity_date,change_date,change_reason";
    const client = "client_id,country,is_company\nC,US,false\n";
    await service.run(["import", "-", "--category", "client"], tenant, { input: client });
    const loans = (amount: string) =>
      `${head}\nL1,loan,C,1000,USD,100,2026-01-01,2026-12-31,2026-05-01,none\nL2,loan,C,${amount},USD,100,2026-01-01,2026-12-31,2026-05-01,haircut\n`;
    const args = ["import", "-", "--category", "disbursement", "--upsert"];
    const created = await service.run(args, tenant, { input: loans("1000.00") });
    expect(lastLine(created.stdout)).toBe("Done: 2 created, 0 updated, 0 unchanged, 0 refused.");
    const changed = await service.run(args, tenant, { input: loans("900") });
    expect(lastLine(changed.stdout)).toBe("Done: 0 created, 1 updated, 1 unchanged, 0 refused.");
    const events = await call(tenant, "/api/tables/events?sort_order=desc&limit=1");
    expect(events.data[0]?.data).toEqual({
      step: "update",
      disbursement_id: "L2",
      disbursement_amount: 900,
      change_date: "2026-05-01",
      change_reason: "haircut",
    });
    // An amount without a currency is read by that of its record, in the files or in the service.
    const update =
      "step,disbursement_id,total_expected_margin,change_date,change_reason\nupdate,L1,1.100,2026-05-02,x\n";
    const refused = await service.run(["import", "-", "--category", "disbursement"], tenant, {
      input: update,
    });
    expect(refused).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining("has 3 decimals, and USD has 2"),
    });
  });
});

describe("exports", () => {
  it("for a spreadsheet begin with a byte order mark, guard formulas, and go back in unchanged", async () => {
    const [from, to] = [newTenant(), newTenant()];
    const data = { step: "create", client_id: "C", email: "a@b.com", phone: "+12025550123", country: "US" };
    const rest = { is_company: false, registration_number: "'=1", gender: "male" };
    const client = { category: "client", data: { ...data, ...rest, name: "=Ann", address: "'quoted'" } };
    await service.run(["import", "-"], from, { input: JSON.stringify(client) });
    for (const options of [["--excel"], ["--excel-safe"], []]) {
      const folder = await scratch();
      await service.run(["export", "clients", "--format", "csv", "--out", folder, ...options], from);
      const stdout = await readFile(join(folder, "clients.csv"), "utf8");
      expect(stdout.startsWith("\uFEFF")).toBe(options.includes("--excel"));
      expect(stdout).toContain(",+12025550123,");
      expect(stdout).toContain(options.length > 0 ? "'=Ann" : ",=Ann,");
      const tenant = options.length > 0 ? `${to}${options[0]}` : to;
      const back = await service.run(["import", "-", "--category", "client"], tenant, { input: stdout });
      expect(back).toMatchObject({
        exitCode: 0,
        stderr: "Not sent: the columns created_at, updated_at, erased_at.\n",
      });
      const [row] = (await call(tenant, "/api/tables/clients")).data;
      expect([row?.name, row?.registration_number, row?.address]).toEqual(["=Ann", "'=1", "'quoted'"]);
    }
    expect(await service.run(["export", "clients", "--excel"], from)).toMatchObject({ exitCode: 2 });
  });

  it("of positions have one line a disbursement, as of a day", async () => {
    const tenant = await buyer();
    const [, shape] = SHAPES;
    const mapped = await fileOf(JSON.stringify({ name: "shape", ...shape?.mapping }), "mapping.json");
    await service.run(["import", await fileOf(shape?.tape ?? "", "tape.csv"), "--mapping", mapped], tenant);
    const args = ["export", "positions", "--as-of", "2026-03-15"];
    const lines = (await service.run([...args, "--format", "csv"], tenant)).stdout.trim().split("\r\n");
    expect(lines).toHaveLength(3);
    const [head = "", first = ""] = lines;
    const cells = Object.fromEntries(head.split(",").map((name, index) => [name, first.split(",")[index]]));
    expect(cells).toMatchObject({
      disbursement_id: "A",
      state: "late",
      arrears_total: "300",
      next_due_amount: "300",
    });
    const json = (await service.run(args, tenant)).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(
      json.map(({ disbursement_id, outstanding_principal }) => [disbursement_id, outstanding_principal]),
    ).toEqual([
      ["A", 600],
      ["B", 500],
    ]);
  });
});
