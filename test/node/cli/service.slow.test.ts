import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { individual } from "../../support/examples.ts";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { runCommand, sharedService, spawnCommand } from "./command-line.ts";

/** The service of these tests: one that is killed and started again, later on. */
let shared: Awaited<ReturnType<typeof sharedService>>;
beforeAll(async () => {
  shared = await sharedService();
  return shared.stop;
});

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

test("a start prints nothing alarming, and the service takes tokens and keys that the operator makes", async () => {
  const { directory, url, service } = shared;
  expect(service.screen).not.toMatch(/error|warn|exception|^\s+at /im);

  const scopes = ["--scopes", "records:read keys:manage"];
  const made = await runCommand(["keys", "create", "--tenant", "keyed", ...scopes, "--data-dir", directory]);
  const key = ["--url", url, "--token", made.stdout.trim()];
  expect(await runCommand(["whoami", ...key])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^tenant +keyed\nactor +key:[a-z0-9]{12}\n/),
  });

  const health = await fetch(`${url}/v1/health/live`);
  expect(health.status).toBe(200);
  const minted = await runCommand(["token", "--tenant", "other-tenant", "--data-dir", directory]);
  const headers = { Authorization: `Bearer ${minted.stdout.trim()}` };
  const list = await fetch(`${url}/api/tables/clients`, { headers });
  expect(list.status).toBe(200);
  await Promise.all([health.body?.cancel(), list.body?.cancel()]);
});

test("listen registers itself, prints verified webhooks, refuses forged ones, and removes itself", async () => {
  const { directory, url } = shared;
  const at = await freePort();
  const { stdout } = await runCommand(["token", "--tenant", "hooked", "--data-dir", directory]);
  const token = stdout.trim();
  const service = ["--url", url, "--token", token];
  const listener = spawnCommand(["listen", "--port", String(at), ...service]);
  await until(() => listener.stderr().includes("Ctrl-C removes it."));
  const forged = await fetch(`http://localhost:${at}/`, { method: "POST", body: "{}" });
  expect(forged.status).toBe(400);

  const headers = { Authorization: `Bearer ${token}` };
  const event = await fetch(`${url}/ingest`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", "Idempotency-Key": "listen-client-1" },
    body: JSON.stringify({ category: "client", data: individual }),
  });
  expect(event.status).toBe(201);
  await until(() => listener.stdout().includes('"recordChanged"'));
  expect(await listener.end("SIGINT")).toBe(0);
  const left = await fetch(`${url}/v1/webhook-endpoints`, { headers });
  expect(await left.json()).toEqual({ data: [] });
});

test("listen --forward-to registers nothing, and a listener with its secret accepts what it sends", async () => {
  const { directory, url } = shared;
  const at = await freePort();
  const { stdout } = await runCommand(["token", "--tenant", "forwarded", "--data-dir", directory]);
  const service = ["--url", url, "--token", stdout.trim()];
  const secret = ["--secret", `whsec_${Buffer.alloc(32, 1).toString("base64")}`];
  const to = `http://localhost:${at}/`;
  const listener = spawnCommand(["listen", "--port", String(at), ...secret]);
  const forwarder = spawnCommand(["listen", "--forward-to", to, ...secret, ...service]);
  for (const { stderr } of [listener, forwarder]) await until(() => stderr().includes("Ctrl-C ends it."));

  const headers = { Authorization: `Bearer ${stdout.trim()}`, "Content-Type": "application/json" };
  const event = await fetch(`${url}/ingest`, {
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

test("the printed lines work when pasted, and what they wrote survives a killed service", async () => {
  const { create, lookUp } = curlLinesOf(shared.service.screen);
  const created = await paste(create);
  expect(created).toMatchObject({
    status: 201,
    body: { status: "success", category: "client", step: "create" },
  });
  expect(await paste(create)).toMatchObject({ status: 200, body: { status: "duplicate" } });
  const read = await paste(lookUp);
  expect(read).toMatchObject({ status: 200, body: { data: { name: "John Doe", country: "US" } } });

  expect(await shared.service.end("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
  await shared.start("--verbose");
  expect(await paste(lookUp)).toEqual(read);
  expect(await paste(create)).toMatchObject({ status: 200, body: { status: "duplicate" } });
  const next = curlLinesOf(shared.service.screen);
  expect(await paste(next.create)).toMatchObject({ status: 201, body: { status: "success", sequence: 2 } });
  expect(await paste(next.lookUp)).toMatchObject({ status: 200 });
});

test("a service writes its log to a file that it names, prints it with --verbose, and Ctrl-C ends it with a line that says so", async () => {
  const { directory, url, service } = shared;
  const log = join(directory, "service.log");
  expect(service.screen).toContain(`Requests: logged in ${log}`);
  const health = await fetch(`${url}/v1/health/live`);
  await health.body?.cancel();
  await until(async () => (await readFile(log, "utf8")).includes("/v1/health/live"));
  await until(() => service.printed().includes("/v1/health/live"));
  expect(await service.end("SIGINT")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(service.printed().trimEnd().split("\n").at(-1)).toBe(
    "Loan Ledger stopped: Ctrl-C (SIGINT). The data stays.",
  );
});
