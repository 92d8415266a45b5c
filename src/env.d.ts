declare namespace Cloudflare {
  /** What wrangler.toml binds; the `AUTH_*` settings may be absent and are parsed in config/auth.ts. */
  interface Env {
    /** The first database; further ones may be bound (docs/operate.md#databases). */
    DB: D1Database;
    DB_JURISDICTION?: string;
    [database: `DB_${number}`]: D1Database | undefined;
    [setting: `DB_${number}_JURISDICTION`]: string | undefined;
    TENANT_GATE: DurableObjectNamespace<import("./tenant/gate.ts").TenantGate>;
    WEBHOOK_SENDER: DurableObjectNamespace<import("./webhooks/sender.ts").WebhookSender>;
    HISTORY_QUEUE: Queue<unknown>;
    /** The built pages, dist/pages. */
    ASSETS: Fetcher;
    AUTH_ISSUER?: string;
    AUTH_AUDIENCE?: string;
    AUTH_JWKS_URL?: string;
    AUTH_JWKS?: string;
    AUTH_TENANT_CLAIM?: string;
    AUTH_SCOPE_CLAIMS?: string;
    AUTH_SCOPE_PREFIX?: string;
    AUTH_AUDIENCE_CLAIM?: string;
    AUTH_ISSUERS?: string;
    AUTH_CLOCK_TOLERANCE_S?: string;
    AUTH_EXPLAIN?: string;
    /** Sign-in to the console; see config/sign-in.ts. */
    CONSOLE_OIDC_CLIENT_ID?: string;
    CONSOLE_OIDC_SCOPES?: string;
    CONSOLE_OIDC_ISSUER?: string;
    CONSOLE_OIDC_RESOURCE?: string;
    /** The origins whose pages may call, by spaces; see config/cors.ts. */
    CORS_ORIGINS?: string;
    /** Tags API keys; see domain/core/api-key.ts. */
    API_KEY_SECRET?: string;
    /** Encrypts the secrets of webhook endpoints; see webhooks/key-ring.ts. */
    WEBHOOK_KEY?: string;
    /** Signs checkpoints of the log; see auth/signing-key.ts. */
    LOG_SIGNING_KEY?: string;
    /** The origins under which callers reach the service, by commas; see webhooks/destination.ts. */
    PUBLIC_ORIGIN?: string;
    /** Exactly `true`: webhooks may go to this machine. No deployed environment sets it. */
    WEBHOOK_ALLOW_LOOPBACK?: string;
    GIT_SHA?: string;
    /** Exactly `true`: the service takes no writes (docs/operate.md#after-a-restore). */
    READ_ONLY?: string;
    /** Only "on" switches the limits on. */
    RATE_LIMITS?: string;
    TENANT_LIMIT?: RateLimit;
    TENANT_WALK_LIMIT?: RateLimit;
    TENANT_BATCH_LIMIT?: RateLimit;
  }

  /** Types `exports` of `cloudflare:workers`. */
  interface GlobalProps {
    mainModule: typeof import("./index.ts");
  }
}
