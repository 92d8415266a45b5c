import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/domain/log/line.ts";
import { goldenLines } from "../../audit/golden/lines.ts";
import { at, erasure, lineOf, rechained, restored } from "../../support/log-lines.ts";
import { linesIn, verifyLog } from "../../support/verify-log.ts";
import { captured } from "./captured.ts";

const TOKEN = new UnsecuredJWT({ tenant_id: "golden-bank" }).encode();
const textOf = (lines: readonly LogLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** The service as far as an export asks it: pages of a log, and the feed's filters. */
let log: readonly LogLine[] = [];
/** Called before each answer; its status replaces the answer. */
let meanwhile: (request: IncomingMessage, count: number) => number | undefined = () => undefined;
let served: Server;
let folder = "";

beforeEach(async () => {
  log = goldenLines();
  meanwhile = () => undefined;
  folder = await mkdtemp(join(tmpdir(), "loan-ledger-log-"));
  let count = 0;
  served = createServer((request, response) => {
    count += 1;
    const status = meanwhile(request, count);
    const url = new URL(request.url ?? "/", "http://service");
    if (status !== undefined) response.writeHead(status, { "Retry-After": "0" }).end("{}");
    else if (url.pathname === "/v1/whoami") response.end('{"tenant_id": "golden-bank"}');
    else if (url.pathname === "/v1/log/events") {
      const after = Number(url.searchParams.get("after") ?? 0);
      const page = log.filter(({ sequence }) => sequence > after).slice(0, 5);
      const last = page.at(-1)?.sequence ?? 0;
      const hasMore = last < (log.at(-1)?.sequence ?? 0);
      const next = `<https://elsewhere.example/v1/log/events?after=${last}>; rel="next"`;
      response.writeHead(200, hasMore ? { Link: next } : {}).end(textOf(page));
    } else response.end(feed(url.searchParams));
  }).listen(0, "127.0.0.1");
  await once(served, "listening");
});
afterEach(async () => {
  served.close();
  await rm(folder, { recursive: true, force: true });
});

function feed(query: URLSearchParams): string {
  const [category, step] = [query.get("category"), query.get("step")];
  const found = log.filter(
    (line) => line.category === (category ?? line.category) && line.step === (step ?? line.step),
  );
  const data = found.map(({ data: text, ...line }) => ({ ...line, data: JSON.parse(text).data }));
  return JSON.stringify({ data, pagination: { has_more: false } });
}

const command = (...argv: readonly string[]) => {
  const { port } = served.address() as AddressInfo;
  return captured(...argv, "--url", `http://127.0.0.1:${port}`, "--token", TOKEN);
};

describe("log", () => {
  it("prints every page, byte for byte", async () => {
    expect(await command("log")).toEqual({ exitCode: 0, stdout: textOf(log), stderr: "" });
  });

  it("prints nothing of an empty log", async () => {
    log = [];
    expect(await command("log")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  it("asks again where the service is away for a moment, and says why where it stays away", async () => {
    meanwhile = (_, count) => (count === 2 ? 503 : undefined);
    expect(await command("log")).toMatchObject({ exitCode: 0, stdout: textOf(log) });
    meanwhile = () => 503;
    expect(await command("log")).toEqual({ exitCode: 1, stdout: "", stderr: "the service answers 503.\n" });
  });

  it("starts again where the database was restored between two pages", async () => {
    const before = goldenLines();
    const after = rechained([
      ...before.slice(0, 3),
      restored(1_001, 3),
      { ...at(before, 3), sequence: 1_002 },
    ]);
    meanwhile = (_, count) => {
      if (count === 3) log = after;
      return undefined;
    };
    const { exitCode, stdout, stderr } = await command("log");
    expect([exitCode, stdout]).toEqual([0, textOf(after)]);
    expect(stderr).toBe("The event 1001 does not continue the page before it. Starting again.\n");
    expect(verifyLog(linesIn(stdout)).fault).toBeNull();
  });

  it("prints a log that does not fit as it is, for verify", async () => {
    log = goldenLines().map((line) => (line.sequence === 6 ? { ...line, actor: "another" } : line));
    const { exitCode, stdout } = await command("log");
    expect([exitCode, stdout]).toEqual([0, textOf(log)]);
    expect(verifyLog(linesIn(stdout)).fault?.sequence).toBe(6);
  });

  it("refuses an answer that is no log", async () => {
    log = [{ ...at(log, 1), hash: "x" }];
    expect(await command("log")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("answers no log."),
    });
  });
});

describe("log --lost", () => {
  const exported = async (lines: readonly LogLine[]) => {
    const path = join(folder, "export");
    await writeFile(path, textOf(lines));
    return path;
  };
  /** The log after a restore that left three events. */
  const restoredLog = (...added: readonly LogLine[]) => {
    const { hash } = at(goldenLines(), 12);
    const gap = restored(1_001, 3, { last_known: 12, last_known_hash: hash });
    return rechained([...goldenLines().slice(0, 3), gap, ...added]);
  };

  it("prints lost events of records as import takes them, and all others apart", async () => {
    log = restoredLog();
    const apart = join(folder, "apart");
    const path = await exported(goldenLines());
    const { exitCode, stdout, stderr } = await command("log", "--lost", path, "--apart", apart);
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).category)).toEqual([
      "disbursement",
      "disbursement",
      "payment",
      "payment",
      "operation",
      "client",
    ]);
    const [loan = ""] = lines;
    expect(loan).toMatch(/^\{"key_hash":"[0-9a-f]{64}","category":"disbursement","data":\{"step":"create",/);
    expect(JSON.parse(loan).data).toMatchObject({
      info: { region: "north", colour: "red" },
      reason: "a <b> & 'c'",
    });
    const others = (await readFile(apart, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(others.map(({ sequence, step, request }) => [sequence, step, request])).toEqual([
      [8, "accrual", "POST /v1/accruals/batch"],
      [9, "manual_adjustment", "POST /v1/funding"],
      [10, "chargeoff", "POST /v1/charge-offs"],
    ]);
    expect(others[2].data).toEqual({ loan_id: "11111111-1111-4111-8111-111111111111", reason: "gone" });
    expect(stderr).toContain("6 lost events of records, for: npx loan-ledger import --in-order\n");
    expect(stderr).toContain(`3 others, for you to send again by their routes: ${apart}`);
  });

  it("leaves out private texts of persons who were erased since, and the creates of such clients", async () => {
    const create = { ...at(goldenLines(), 1), sequence: 4, id: "C-9", person: "client:C-9" };
    const before = rechained([
      ...goldenLines().slice(0, 3),
      create,
      { ...at(goldenLines(), 7), sequence: 5 },
    ]);
    const gap = restored(1_001, 3, { last_known: 5, last_known_hash: at(before, 5).hash });
    log = rechained([...before.slice(0, 3), gap, erasure(1_002, "C-1"), erasure(1_003, "C-9")]);
    const { stdout, stderr } = await command("log", "--lost", await exported(before));
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).data),
    ).toEqual([{ step: "update", payment_id: "PAY-1", status: "canceled" }]);
    expect(stderr).toContain("1 creates of clients who were erased since are left out.");
  });

  it("keeps the texts of a person's new life, after the erasure", async () => {
    const again = { ...at(goldenLines(), 1), sequence: 5 };
    const kept = rechained([...goldenLines().slice(0, 3), { ...erasure(4, "C-1"), previous_sequence: 1 }]);
    const before = rechained([...kept, { ...again, previous_sequence: 4 }]);
    const gap = restored(1_001, 4, { last_known: 5, last_known_hash: at(before, 5).hash });
    log = rechained([...kept, gap]);
    const { stdout } = await command("log", "--lost", await exported(before));
    expect(JSON.parse(stdout).data.name).toBe("José García");
  });

  it("does not print what the service writes anew by itself", async () => {
    const own = [
      lineOf({ sequence: 4, category: "ledger", step: "opening", id: "e" }, {}),
      lineOf({ sequence: 5, category: "client", step: "erase", id: "C-1" }, {}),
      lineOf({ sequence: 6, category: "settings", step: "put", id: "settings" }, { time_zone: "Asia/Tokyo" }),
      lineOf({ sequence: 7, category: "facility", step: "put", id: "F-1" }, { facility_id: "F-1" }),
      lineOf({ sequence: 8, category: "facility", step: "delete", id: "F-1" }, { facility_id: "F-1" }),
    ];
    const before = rechained([...goldenLines().slice(0, 3), ...own]);
    log = rechained([
      ...before.slice(0, 3),
      restored(1_001, 3, { last_known: 8, last_known_hash: at(before, 8).hash }),
    ]);
    const { stdout, stderr } = await command("log", "--lost", await exported(before));
    expect(stdout).toBe("");
    for (const method of ["PUT", "DELETE"]) {
      expect(stderr).toContain(
        `"request":"${method} /api/facilities/{facility_id}","data":{"facility_id":"F-1"}}`,
      );
    }
    expect(stderr).toMatch(
      /^\{"sequence":6,.*"request":"PUT \/v1\/settings","data":\{"time_zone":"Asia\/Tokyo"\}\}\n/,
    );
  });

  it("says what the export itself lacks, and that nothing is lost where there was no restore", async () => {
    log = restoredLog();
    const { stderr } = await command("log", "--lost", await exported(goldenLines().slice(0, 9)));
    expect(stderr).toContain("The export ends with event 9; events up to 12 were lost");
    log = goldenLines();
    expect(await command("log", "--lost", await exported(log))).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "The log names no restore: nothing is lost.\n",
    });
  });

  it("refuses an export of another tenant, of another log, and what is no export", async () => {
    log = restoredLog();
    const other = goldenLines().map((line) => ({ ...line, tenant_id: "other" }));
    expect(await command("log", "--lost", await exported(other))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("it is of the tenant other"),
    });
    const forged = goldenLines().map((line) =>
      line.sequence === 12 ? { ...line, hash: "ab".repeat(32) } : line,
    );
    expect(await command("log", "--lost", await exported(forged))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("its event 12 has another hash"),
    });
    await writeFile(join(folder, "none"), "{}\n");
    expect(await command("log", "--lost", join(folder, "none"))).toMatchObject({ exitCode: 2 });
    expect(await command("log", "--lost", join(folder, "absent"))).toMatchObject({ exitCode: 2 });
  });
});

describe("log --follow", () => {
  it("goes on with each new event once until it is stopped", async () => {
    const all = log;
    log = all.slice(0, 3);
    let asked = 0;
    meanwhile = ({ url = "" }) => {
      if (!url.includes("after=")) return undefined;
      asked += 1;
      // The first look at the end finds nothing new.
      if (asked === 1) {
        setImmediate(() => {
          log = all;
        });
      }
      if (url.endsWith(`after=${all.at(-1)?.sequence}`)) setImmediate(() => process.emit("SIGINT"));
      return undefined;
    };
    expect(await command("log", "--follow")).toEqual({ exitCode: 0, stdout: textOf(all), stderr: "" });
  });
});
