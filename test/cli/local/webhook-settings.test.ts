import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadOrCreateKey } from "../../../src/cli/local/issuer.ts";
import { webhookSettings } from "../../../src/cli/local/webhook-settings.ts";

it("the local service gets one key of 32 bytes for webhook secrets at every start, and .dev.vars can set another", async () => {
  const directory = await mkdtemp(join(tmpdir(), "loan-ledger-webhooks-"));
  try {
    const key = await loadOrCreateKey(join(directory, "key.json"));
    if (!key.ok) throw new Error(key.error.message);
    const { WEBHOOK_KEY = "", ...others } = webhookSettings(key.value, "");
    expect(Buffer.from(WEBHOOK_KEY, "base64")).toHaveLength(32);
    expect(WEBHOOK_KEY).not.toContain(key.value.privateJwk.d);
    expect(others).toEqual({ WEBHOOK_ALLOW_LOOPBACK: "true" });
    expect(webhookSettings(key.value, "").WEBHOOK_KEY).toBe(WEBHOOK_KEY);
    expect(webhookSettings(key.value, "WEBHOOK_KEY=mine\n")).toEqual({ WEBHOOK_ALLOW_LOOPBACK: "true" });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
