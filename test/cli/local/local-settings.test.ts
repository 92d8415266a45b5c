import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readSigningKeys } from "../../../src/auth/signing-key.ts";
import { loadOrCreateKey } from "../../../src/cli/local/issuer.ts";
import { localApiKeySecret, localSettings } from "../../../src/cli/local/local-settings.ts";
import { readApiKeySecret } from "../../../src/config/api-keys.ts";

it("the local service gets the same secrets at every start, and .dev.vars can set others", async () => {
  const directory = await mkdtemp(join(tmpdir(), "loan-ledger-settings-"));
  try {
    const key = await loadOrCreateKey(join(directory, "key.json"));
    if (!key.ok) throw new Error(key.error.message);
    const settings = localSettings(key.value, "");
    const { WEBHOOK_KEY = "", API_KEY_SECRET = "", LOG_SIGNING_KEY = "", ...others } = settings;
    expect((await readSigningKeys(LOG_SIGNING_KEY)).ok).toBe(true);
    expect(Buffer.from(WEBHOOK_KEY, "base64")).toHaveLength(32);
    expect(readApiKeySecret(API_KEY_SECRET)).toEqual({ ok: true, value: API_KEY_SECRET });
    expect(API_KEY_SECRET).not.toBe(WEBHOOK_KEY);
    for (const secret of [WEBHOOK_KEY, API_KEY_SECRET, LOG_SIGNING_KEY])
      expect(secret).not.toContain(key.value.privateJwk.d);
    expect(others).toEqual({ WEBHOOK_ALLOW_LOOPBACK: "true", AUTH_EXPLAIN: "true" });
    expect(localSettings(key.value, "")).toEqual(settings);
    expect(localApiKeySecret(key.value, "")).toBe(API_KEY_SECRET);
    const own = "WEBHOOK_KEY=mine\nLOG_SIGNING_KEY=mine\nAPI_KEY_SECRET=mine too\nAUTH_EXPLAIN=false\n";
    expect(localSettings(key.value, own)).toEqual({ WEBHOOK_ALLOW_LOOPBACK: "true" });
    expect(localApiKeySecret(key.value, own)).toBe("mine too");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
