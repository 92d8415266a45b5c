import { expect, it } from "vitest";
import { parseWebhookSettings } from "../../src/webhooks/settings.ts";

const KEY = new Uint8Array(32).toBase64();

it.each<[string | undefined, boolean]>([
  ["true", true],
  [undefined, false],
  ["false", false],
  ["TRUE", false],
  ["1", false],
])("WEBHOOK_ALLOW_LOOPBACK %j allows loopback: %s", async (WEBHOOK_ALLOW_LOOPBACK, allowLoopback) => {
  const env = { WEBHOOK_KEY: KEY, PUBLIC_ORIGIN: "https://ledger.example.com", WEBHOOK_ALLOW_LOOPBACK };
  const settings = await parseWebhookSettings(env as Parameters<typeof parseWebhookSettings>[0]);
  expect(settings).toMatchObject({ ok: true, value: { allowLoopback, publicHosts: ["ledger.example.com"] } });
});

it.each([
  ["WEBHOOK_KEY", { WEBHOOK_KEY: "secret", PUBLIC_ORIGIN: "x" }, "must be base64 of 32 bytes"],
  ["PUBLIC_ORIGIN", { WEBHOOK_KEY: KEY, PUBLIC_ORIGIN: "secret" }, "must be origins"],
])("a wrong %s is named without its value", async (setting, env, reason) => {
  const settings = await parseWebhookSettings(env as Parameters<typeof parseWebhookSettings>[0]);
  expect(settings).toEqual({ ok: false, error: { setting, reason: expect.stringContaining(reason) } });
  expect(JSON.stringify(settings)).not.toContain("secret");
});
