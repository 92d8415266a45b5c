import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/domain/log/line.ts";
import { receiptText } from "../../../src/domain/log/receipt.ts";
import { goldenLines } from "../../audit/golden/lines.ts";
import { rechained, restored } from "../../support/log-lines.ts";
import { captured } from "./captured.ts";

const lines = goldenLines();
const textOf = (some: readonly LogLine[]) => some.map((line) => `${JSON.stringify(line)}\n`).join("");
const receiptOf = (sequence: number) => {
  const { hash = "" } = lines[sequence - 1] ?? {};
  return { sequence, hash };
};

let folder = "";
let keys: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loan-ledger-verify-"));
  keys = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "key", alg: "ES256", use: "sig" };
  await file("jwks.json", JSON.stringify({ keys: [jwk] }));
  await file("log", textOf(lines));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const JWKS = () => join(folder, "jwks.json");
const LOG = () => join(folder, "log");

async function checkpoint(change: object = {}, header: object = {}): Promise<string> {
  const claims = { tenant_id: "golden-bank", ...receiptOf(12), time: 1_730_000_100, ...change };
  const text = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "ES256", typ: "checkpoint+jwt", kid: "key", ...header })
    .sign(keys.privateKey);
  return file(`${crypto.randomUUID()}.jws`, `${text}\n`);
}

describe("verify", () => {
  it("exits with 0 for a log that fits, and says what it cannot know", async () => {
    const { exitCode, stdout, stderr } = await captured("verify", LOG());
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(
      `12 events, the last one 12 of 2024-10-27T03:33:32.000Z, hash ${receiptOf(12).hash}`,
    );
    expect(stdout).toContain("Fits. Whether the end of the log was cut off");
  });

  it("accepts the newest checkpoint, and is silent about the end then", async () => {
    const { exitCode, stdout } = await captured(
      "verify",
      LOG(),
      "--checkpoint",
      await checkpoint(),
      "--jwks",
      JWKS(),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Fits\. So does what was kept of it: 1 receipt or checkpoint\.\n$/);
  });

  it("takes several checkpoints, receipts of both forms, and the keys of a URL", async () => {
    const served = createServer(async (_, response) => {
      response.end(await readFile(JWKS()));
    }).listen(0, "127.0.0.1");
    await once(served, "listening");
    const { port } = served.address() as AddressInfo;
    const receipts = await file(
      "receipts",
      `${receiptText(receiptOf(3))}\n\n${JSON.stringify(receiptOf(1))}\r\n`,
    );
    const older = await checkpoint(receiptOf(5));
    const { exitCode, stdout } = await captured(
      ...["verify", LOG(), "--checkpoint", older, "--checkpoint", await checkpoint(receiptOf(9))],
      ...["--receipts", receipts, "--jwks", `http://127.0.0.1:${port}/.well-known/jwks.json`],
    );
    served.close();
    expect(exitCode).toBe(0);
    expect(stdout).toContain("4 receipts and checkpoints. Whether anything after sequence 9 was cut off");
  });

  it("takes an earlier export for receipts", async () => {
    const earlier = await file("earlier", textOf(lines.slice(0, 8)));
    const { exitCode, stdout } = await captured("verify", LOG(), "--receipts", earlier);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("8 receipts and checkpoints.")]);
  });

  it("exits with 1 and names the first sequence that does not fit, and why", async () => {
    const spoiled = lines.map((line) => (line.sequence === 6 ? { ...line, actor: "another" } : line));
    const { exitCode, stdout } = await captured("verify", await file("spoiled", textOf(spoiled)));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /Does not fit at sequence 6: its hash is not .*\nDoes not fit, first at sequence 6\.\n$/s,
    );
  });

  it("names a line that is no event", async () => {
    const cut = textOf(lines).slice(0, -400);
    expect(await captured("verify", await file("cut", cut))).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("Does not fit at sequence 12: the line is not JSON."),
    });
    const other = textOf(lines).replace(/"hash":"/, '"hash":"x');
    expect(await captured("verify", await file("other", other))).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("Does not fit at sequence 1: the line is no event: hash"),
    });
  });

  it("prints gaps, and reports a receipt within one as lost", async () => {
    const receipts = await file("lost", receiptText({ sequence: 14, hash: "ab".repeat(32) }));
    const path = await file("restored", textOf(rechained([...lines, restored(1_001, 12)])));
    expect(await captured("verify", path)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^Gap: the sequences 13 to 1000 were lost .* the event 1001 says\..* is 14, hash abab/,
      ),
    });
    expect(await captured("verify", path, "--receipts", receipts)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("Does not fit at sequence 14: the receipt says the hash abab"),
    });
  });

  it.each<[string, readonly LogLine[], object, RegExp]>([
    ["the end was cut off", lines.slice(0, 11), receiptOf(12), /at sequence 12: .* the log ends before it/],
    [
      "an event has another hash",
      lines,
      { ...receiptOf(4), hash: "ab".repeat(32) },
      /at sequence 4: .* another hash/,
    ],
    ["it is empty", [], receiptOf(1), /at sequence 1: .* the log ends before it/],
  ])("finds by a receipt that %s", async (_, some, receipt, why) => {
    const receipts = await file("receipt", JSON.stringify(receipt));
    const path = await file("log-of-receipt", textOf(some));
    const { exitCode, stdout } = await captured("verify", path, "--receipts", receipts);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(why)]);
  });

  it.each<[string, object, object, RegExp]>([
    ["of another tenant", { tenant_id: "other" }, {}, /of the tenant other, and the log is of golden-bank/],
    ["of another type", {}, { typ: "JWT" }, /its typ is JWT/],
    ["of another kind of claims", { hash: 1 }, {}, /does not state/],
    ["under an unknown key", {}, { kid: "other" }, /its signature is not verified/],
    ["of another hash", { hash: "ab".repeat(32) }, {}, /sequence 12: the checkpoint .* another hash/],
  ])("refuses a checkpoint %s", async (_, claims, header, why) => {
    const path = await checkpoint(claims, header);
    const { exitCode, stdout } = await captured("verify", LOG(), "--checkpoint", path, "--jwks", JWKS());
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(why)]);
  });

  it("refuses a checkpoint whose signature is another one", async () => {
    const [header = "", , signature = ""] = (await readFile(await checkpoint(), "utf8")).split(".");
    const [, payload = ""] = (await readFile(await checkpoint(receiptOf(5)), "utf8")).split(".");
    const path = await file("forged.jws", `${header}.${payload}.${signature}`);
    const { exitCode, stdout } = await captured("verify", LOG(), "--checkpoint", path, "--jwks", JWKS());
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining("its signature is not verified")]);
  });

  it.each<[string, () => Promise<readonly string[]>, RegExp]>([
    ["no file", async () => [], /missing required argument/],
    ["a file that is not there", async () => [join(folder, "none")], /cannot be read/],
    ["a checkpoint without keys", async () => [LOG(), "--checkpoint", await checkpoint()], /--jwks/],
    [
      "keys that are none",
      async () => [LOG(), "--checkpoint", await checkpoint(), "--jwks", LOG()],
      /gives no key set/,
    ],
    ["a line that is no receipt", async () => [LOG(), "--receipts", JWKS()], /has no receipt in its line 1/],
  ])("exits with 2 for %s", async (_, argv, why) => {
    const { exitCode, stdout, stderr } = await captured("verify", ...(await argv()));
    expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringMatching(why)]);
  });
});
