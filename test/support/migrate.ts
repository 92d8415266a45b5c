/** Gives each test file a database and Durable Objects of its own, although all files share one worker. */
import { applyD1Migrations, type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

const { DB, TEST_MIGRATIONS } = env as Cloudflare.Env & { TEST_MIGRATIONS: D1Migration[] };
await reset();
await applyD1Migrations(DB, TEST_MIGRATIONS);
