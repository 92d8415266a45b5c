import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { checkTenants } from "../../src/fanout/integrity.ts";
import { openEverySession } from "../../src/store/session.ts";
import type { Api } from "../support/api.ts";

/** What the report says of the integrity of a tenant's books. */
async function integrityOf(api: Api) {
  const { status, body, text } = await api.get("/v1/reconciliation/status");
  expect(status, text).toBe(200);
  return body.ledger_integrity;
}

/** Lets the check turn to a tenant until it has no work left. */
async function check({ tenant }: Pick<Api, "tenant">, environment: Cloudflare.Env = env): Promise<void> {
  for (const { db } of openEverySession(environment)) {
    await checkTenants(db, [tenant], { calls: 1_000, until: Number.POSITIVE_INFINITY });
  }
}

/** Runs a whole check, and answers what it found once it is complete. */
export async function wholeCheck(api: Api, environment: Cloudflare.Env = env): Promise<readonly object[]> {
  const started = await api.post("/v1/reconciliation/checks", {});
  expect(started.status, started.text).toBe(202);
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  await check(api, environment);
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
  log.mockRestore();
  expect(lines.filter(({ message }) => message === "integrity not checked")).toEqual([]);
  const { checked_at, status, findings } = await integrityOf(api);
  expect(checked_at >= started.body.requested_at).toBe(true);
  expect(status).toBe(findings.length === 0 ? "ok" : "mismatch");
  return findings;
}
