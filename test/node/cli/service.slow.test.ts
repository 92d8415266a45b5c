import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { requireFreePort } from "../../../src/cli/local/port.ts";
import { individual } from "../../support/examples.ts";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { runCommand, spawnCommand, startService, temporaryDirectory } from "./command-line.ts";

/** Pastes a printed line into `sh`: the HTTP status and the JSON body of its answer. */
async function paste(line: string): Promise<{ status: number; body: unknown }> {
  const { stdout } = await promisify(execFile)("sh", ["-c", line]);
  const lines = stdout.trimEnd().split("\n");
  return { status: Number(lines.pop()), body: JSON.parse(lines.join("\n")) };
}

/** The printed curl lines, each after the printed exports. */
function curlLinesOf(screen: string): { create: string; lookUp: string } {
  const exports = screen.match(/^export .*$/gm) ?? [];
  const [create, lookUp] = screen.match(/^curl .*$/gm) ?? [];
  if (create === undefined || lookUp === undefined) throw new Error(`No curl lines in:\n${screen}`);
  const after = (line: string) => [...exports, line].join("\n");
  return { create: after(create), lookUp: after(lookUp) };
}

/** The token of the first screen. */
const tokenOf = (screen: string): string => /^export LOAN_LEDGER_TOKEN=(\S+)$/m.exec(screen)?.[1] ?? "";

test("the printed lines work when pasted, and what they wrote survives a killed service", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  const first = await startService(port, directory);
  const { create, lookUp } = curlLinesOf(first.screen);
  const created = await paste(create);
  expect(created).toMatchObject({
    status: 201,
    body: { status: "success", category: "client", step: "create" },
  });
  expect(await paste(create)).toMatchObject({ status: 200, body: { status: "duplicate" } });
  const read = await paste(lookUp);
  expect(read).toMatchObject({ status: 200, body: { data: { name: "John Doe", country: "US" } } });

  expect(await first.end("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
  const second = await startService(port, directory);
  expect(await paste(lookUp)).toEqual(read);
  expect(await paste(create)).toMatchObject({ status: 200, body: { status: "duplicate" } });
  const next = curlLinesOf(second.screen);
  expect(await paste(next.create)).toMatchObject({ status: 201, body: { status: "success", sequence: 2 } });
  expect(await paste(next.lookUp)).toMatchObject({ status: 200 });
});

test("a start prints nothing alarming, takes keys that the operator makes, and SIGTERM ends it with 0 and frees the port", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  const service = await startService(port, directory);
  expect(service.screen).not.toMatch(/error|warn|exception|^\s+at /im);

  const scopes = ["--scopes", "records:read keys:manage"];
  const made = await runCommand(["keys", "create", "--tenant", "keyed", ...scopes, "--data-dir", directory]);
  const key = ["--url", `http://localhost:${port}`, "--token", made.stdout.trim()];
  expect(await runCommand(["whoami", ...key])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^tenant +keyed\nactor +key:[a-z0-9]{12}\n/),
  });

  const health = await fetch(`http://localhost:${port}/v1/health/live`);
  expect(health.status).toBe(200);
  const minted = await runCommand(["token", "--tenant", "other-tenant", "--data-dir", directory]);
  const headers = { Authorization: `Bearer ${minted.stdout.trim()}` };
  const list = await fetch(`http://localhost:${port}/api/tables/clients`, { headers });
  expect(list.status).toBe(200);
  await Promise.all([health.body?.cancel(), list.body?.cancel()]);

  expect(await service.end("SIGTERM")).toEqual({ exitCode: 0, signal: null, stderr: "" });
  expect(service.printed().trimEnd().split("\n").at(-1)).toBe(
    "Loan Ledger stopped: asked to end (SIGTERM). The data stays.",
  );
  expect(await requireFreePort(port, 0)).toEqual({ ok: true, value: undefined });
});

test("a service writes its log to a file that it names, and Ctrl-C ends it with a line that says so", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  const service = await startService(port, directory);
  const log = join(directory, "service.log");
  expect(service.screen).toContain(`Requests: logged in ${log}`);
  const health = await fetch(`http://localhost:${port}/v1/health/live`);
  await health.body?.cancel();
  await until(async () => (await readFile(log, "utf8").catch(() => "")).includes("/v1/health/live"));
  expect(await service.end("SIGINT")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(service.printed().trim()).toBe("Loan Ledger stopped: Ctrl-C (SIGINT). The data stays.");
});

test("with --verbose the log is printed, too", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  const service = await startService(port, directory, ["--verbose"]);
  const health = await fetch(`http://localhost:${port}/v1/health/live`);
  await health.body?.cancel();
  await until(() => service.printed().includes("/v1/health/live"));
  expect(await readFile(join(directory, "service.log"), "utf8")).toContain("/v1/health/live");
});

test("a service with the sample shows late loans, and its link only reads and expires after twelve hours", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  const first = await startService(port, directory, ["--sample"]);
  const own = tokenOf(first.screen);
  expect(decodeJwt(own)).toMatchObject({ tenant_id: "sample" });
  expect(first.screen.split(own)).toHaveLength(2);
  const [, link = ""] = /\/console#token=(\S+)/.exec(first.screen) ?? [];
  const { tenant_id, scope, exp = 0, iat = 0 } = decodeJwt(link);
  expect({ tenant_id, lifetime: exp - iat }).toEqual({ tenant_id: "sample", lifetime: 12 * 3600 });
  expect(String(scope).split(" ")).toContain("records:read");
  expect(String(scope)).not.toMatch(/write|manage/);
  const service = ["--url", `http://localhost:${port}`, "--token", link];
  const shown = await runCommand(["portfolio", ...service]);
  expect(shown).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/USD\nDisbursed[\s\S]*\nLate +days/),
  });
  const books = ["bookkeeping", "proof", "--url", `http://localhost:${port}`, "--token", own];
  expect(await runCommand(books)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^As of [\d-]{10}: 100 disbursements compared, nothing differs\.\n$/),
  });
  const events = await runCommand(["export", "events", ...service]);
  const { stdout: tenants } = await runCommand(["tenants", "--data-dir", directory]);
  expect(tenants).toMatch(/^Tenant +events +last event +behind +dead +failing +database\nsample +\d{4} /);

  await first.end("SIGTERM");
  const second = await startService(port, directory, ["--sample"]);
  expect(second.screen).toContain("/console#token=");
  expect(await runCommand(["export", "events", ...service])).toEqual(events);
});

test("listen registers itself, prints verified webhooks, refuses forged ones, and removes itself", async () => {
  const [port, at, directory] = [await freePort(), await freePort(), await temporaryDirectory()];
  await startService(port, directory);
  const { stdout } = await runCommand(["token", "--tenant", "hooked", "--data-dir", directory]);
  const token = stdout.trim();
  const service = ["--url", `http://localhost:${port}`, "--token", token];
  const listener = spawnCommand(["listen", "--port", String(at), ...service]);
  await until(() => listener.stderr().includes("Ctrl-C removes it."));
  const forged = await fetch(`http://localhost:${at}/`, { method: "POST", body: "{}" });
  expect(forged.status).toBe(400);

  const headers = { Authorization: `Bearer ${token}` };
  const event = await fetch(`http://localhost:${port}/ingest`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", "Idempotency-Key": "listen-client-1" },
    body: JSON.stringify({ category: "client", data: individual }),
  });
  expect(event.status).toBe(201);
  await until(() => listener.stdout().includes('"recordChanged"'));
  expect(await listener.end("SIGINT")).toBe(0);
  const left = await fetch(`http://localhost:${port}/v1/webhook-endpoints`, { headers });
  expect(await left.json()).toEqual({ data: [] });
});

test("listen --forward-to registers nothing, and a listener with its secret accepts what it sends", async () => {
  const [port, at, directory] = [await freePort(), await freePort(), await temporaryDirectory()];
  await startService(port, directory);
  const { stdout } = await runCommand(["token", "--tenant", "forwarded", "--data-dir", directory]);
  const service = ["--url", `http://localhost:${port}`, "--token", stdout.trim()];
  const secret = ["--secret", `whsec_${Buffer.alloc(32, 1).toString("base64")}`];
  const to = `http://localhost:${at}/`;
  const listener = spawnCommand(["listen", "--port", String(at), ...secret]);
  const forwarder = spawnCommand(["listen", "--forward-to", to, ...secret, ...service]);
  for (const { stderr } of [listener, forwarder]) await until(() => stderr().includes("Ctrl-C ends it."));

  const headers = { Authorization: `Bearer ${stdout.trim()}`, "Content-Type": "application/json" };
  const event = await fetch(`http://localhost:${port}/ingest`, {
    method: "POST",
    headers: { ...headers, "Idempotency-Key": "forward-client-1" },
    body: JSON.stringify({ category: "client", data: individual }),
  });
  expect(event.status).toBe(201);
  await until(() => forwarder.stdout().includes('"recordChanged"'));
  expect(JSON.parse(forwarder.stdout())).toMatchObject({
    status: 204,
    data: { sequence: 1, step: "create" },
  });
  expect(JSON.parse(listener.stdout())).toMatchObject({ type: "recordChanged", data: { sequence: 1 } });
  expect(await forwarder.end("SIGINT")).toBe(0);

  const webhooks = (...args: readonly string[]) => runCommand(["webhooks", ...args, ...service]);
  expect(await webhooks("list")).toMatchObject({ exitCode: 0, stdout: "No endpoints.\n" });
  const made = await webhooks("create", to, "--types", "recordChanged", "--json");
  const { endpoint_id: id, secret: own } = JSON.parse(made.stdout);
  expect(own).toMatch(/^whsec_/);
  // The listener has another secret.
  expect(await webhooks("test", id)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("answer 400"),
  });
  expect(await webhooks("disable", id)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^status +disabled$/m),
  });
  expect(await webhooks("enable", id)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^status +enabled$/m),
  });
  expect(await webhooks("rotate-secret", id)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("whsec_"),
  });
  const replayed = await webhooks("replay", id, "--from-sequence", "1");
  expect(replayed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^delivered to +event 0$/m) });
  expect(await webhooks("delete", id)).toMatchObject({ exitCode: 0, stderr: `Deleted ${id}.\n` });
  expect(await webhooks("list", "--json")).toMatchObject({ exitCode: 0, stdout: '{"data":[]}\n' });
  expect(await listener.end("SIGINT")).toBe(0);
});
