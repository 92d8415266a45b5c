/** What the worker under test trusts. Loaded by the test configuration in Node and by the tests in workerd. */

export const TEST_ISSUER = "https://issuer.test";
export const TEST_AUDIENCE = "loan-ledger-test";
export const TEST_KEY_ID = "test-key";

/** TEST KEY, not a secret: it signs tokens for tests only, and no deployed worker may ever trust it. */
export const TEST_PRIVATE_JWK = {
  kty: "EC",
  crv: "P-256",
  x: "8ovCfL22NvqKL311BGEVSywEj5jPtkw0Vg43eRIySNM",
  y: "5OaadTFvVJrKqbhiYRe56AdTLbcXctRySfu3Eb4ZIag",
  d: "67hZtUDw_WgJON2DsOrrMpPdI-5NAST1cXPeotY6HrU",
} as const;

/** The public half of TEST_PRIVATE_JWK, as the issuer would publish it. */
export const TEST_JWKS = {
  keys: [
    {
      kty: TEST_PRIVATE_JWK.kty,
      crv: TEST_PRIVATE_JWK.crv,
      x: TEST_PRIVATE_JWK.x,
      y: TEST_PRIVATE_JWK.y,
      kid: TEST_KEY_ID,
      alg: "ES256",
      use: "sig",
    },
  ],
} as const;

/** Bindings that make a worker trust the test key. */
export const TEST_AUTH_BINDINGS = {
  AUTH_ISSUER: TEST_ISSUER,
  AUTH_AUDIENCE: TEST_AUDIENCE,
  AUTH_JWKS: JSON.stringify(TEST_JWKS),
} as const;

/** The setting with which the worker under test signs checkpoints: the test key signs, and a key without a name is retired. */
export const TEST_LOG_SIGNING_KEY = JSON.stringify({
  keys: [
    { ...TEST_PRIVATE_JWK, kid: "log-key" },
    {
      kty: "EC",
      crv: "P-256",
      x: "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
      y: "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    },
  ],
});

/** TEST KEY, not a secret: it encrypts the secrets of the tests' webhook endpoints. */
export const TEST_WEBHOOK_KEY = "dGVzdCBrZXksIG5vdCBhIHNlY3JldDogMzIgYnl0ZXM=";

/** TEST KEY, not a secret: it tags the API keys of the tests. */
export const TEST_API_KEY_SECRET = "test key, not a secret: it tags keys";
