import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  API_KEY_RANDOM_BYTES,
  hasApiKeyForm,
  hashOfSecret,
  isSameText,
  newApiKey,
  readApiKey,
} from "../../../src/domain/core/api-key.ts";

const SECRET = "a secret of the tests, 32 characters";
const bytes = (fill: number) => new Uint8Array(API_KEY_RANDOM_BYTES).fill(fill);

describe("the text of an API key", () => {
  it("is ll_, an id, a secret of 32 bytes and the first six characters of their HMAC-SHA-256", async () => {
    for (const fill of [0, 1, 35, 36, 62, 63, 127, 251, 255]) {
      const { id, secret, text } = await newApiKey(bytes(fill), SECRET);
      expect(id).toMatch(/^[a-z0-9]{12}$/);
      expect(Buffer.from(secret, "base64url")).toEqual(Buffer.alloc(32, fill));
      const tag = createHmac("sha256", SECRET).update(`ll_${id}_${secret}`).digest("base64url").slice(0, 6);
      expect(text).toBe(`ll_${id}_${secret}${tag}`);
      expect(text).toHaveLength(65);
      expect(hasApiKeyForm(text)).toBe(true);
      expect(await readApiKey(text, SECRET)).toEqual({ id, secret, text });
    }
  });

  it("is stored as the SHA-256 of its secret as text", async () => {
    const { secret } = await newApiKey(bytes(7), SECRET);
    expect(await hashOfSecret(secret)).toBe(createHash("sha256").update(secret).digest("hex"));
  });

  it.each([
    "",
    "ll_",
    "a.b.c",
    `ll_${"a".repeat(12)}_${"b".repeat(48)}`,
    `ll_${"a".repeat(12)}_${"b".repeat(50)}`,
    `ll_${"A".repeat(12)}_${"b".repeat(49)}`,
    `ll_${"a".repeat(12)}-${"b".repeat(49)}`,
    `ll_${"a".repeat(12)}_${"b".repeat(48)}+`,
    `LL_${"a".repeat(12)}_${"b".repeat(49)}`,
    ` ll_${"a".repeat(12)}_${"b".repeat(49)}`,
    `ll_${"a".repeat(12)}_${"b".repeat(49)}\n`,
  ])("has one form, and %j is not it", async (text) => {
    expect(hasApiKeyForm(text)).toBe(false);
    expect(await readApiKey(text, SECRET)).toBeNull();
  });

  it("is no key of a service with another secret", async () => {
    const { text } = await newApiKey(bytes(9), SECRET);
    expect(await readApiKey(text, `${SECRET}.`)).toBeNull();
  });
});

it.each([
  ["", "", true],
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "abcabc", false],
  ["abcabc", "abc", false],
  ["abc", "", false],
  ["", "abc", false],
])("the comparison of %j and %j reads every character and answers %s", (a, b, same) => {
  expect(isSameText(a, b)).toBe(same);
});
