/** docs/api.md#idempotency: 8 to 255 characters. */
export const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,254}$/;

export const isIdempotencyKey = (value: unknown): value is string =>
  typeof value === "string" && KEY_PATTERN.test(value);

/** The hash of a key in its place, as an export writes it: 64 hex digits (docs/api.md#batches). */
export const KEY_HASH_PATTERN = /^[0-9a-f]{64}$/;

export const isKeyHash = (value: unknown): value is string =>
  typeof value === "string" && KEY_HASH_PATTERN.test(value);

export const KEY_RULE = `match ${KEY_PATTERN.source}: 8 to 255 letters, digits, dots, underscores, colons and hyphens`;
