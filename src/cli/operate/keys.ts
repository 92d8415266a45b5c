import { readFile } from "node:fs/promises";
import { readApiKeySecret } from "../../config/api-keys.ts";
import { API_KEY_RANDOM_BYTES, hashOfSecret, newApiKey } from "../../domain/core/api-key.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report, wrongUsage } from "../failure.ts";
import { loadOrCreateKey } from "../local/issuer.ts";
import { localApiKeySecret } from "../local/local-settings.ts";
import { localFiles, PROJECT_ROOT, readDevVars } from "../local/project.ts";
import { listText, print } from "../read/format.ts";
import { type OperatedService, operatedDatabases } from "./database.ts";
import { createKeySql, listKeysSql, revokeKeySql } from "./key-statements.ts";

/** Runs a statement on the first database, which has all keys. */
async function queryKeys<Row>(
  service: OperatedService,
  sql: string,
): Promise<Result<readonly Row[], CommandFailure>> {
  const [first] = operatedDatabases(service);
  return first ? first.run<Row>(sql) : err(failed("wrangler.toml names no database."));
}

export interface CreateKeyOptions extends OperatedService {
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly jurisdiction: string | undefined;
  /** Seconds from now; undefined for a key without an end. */
  readonly lifetimeS: number | undefined;
  readonly secretFile: string | undefined;
}

export interface ListKeysOptions extends OperatedService {
  readonly tenant: string | undefined;
  readonly json: boolean;
}

export interface RevokeKeyOptions extends OperatedService {
  readonly id: string;
}

const WHERE_FROM =
  "The service's API_KEY_SECRET cannot be read back: put it into the environment, or name a file with --secret-file.";

/** The secret of the service whose key is made: the caller's, or on this machine the local service's own. */
async function tagSecret(options: CreateKeyOptions): Promise<Result<string, CommandFailure>> {
  const { environment, dataDirectory, secretFile } = options;
  const given = secretFile === undefined ? process.env.API_KEY_SECRET : await textOf(secretFile);
  if (given === null) return err(failed(`${secretFile} cannot be read.`));
  if (given !== undefined || environment !== undefined) {
    const read = readApiKeySecret(given?.trim());
    return read.ok ? read : err(wrongUsage(`API_KEY_SECRET ${read.error}. ${WHERE_FROM}`));
  }
  const key = await loadOrCreateKey(localFiles(dataDirectory).keyFile);
  return key.ok ? ok(localApiKeySecret(key.value, await readDevVars(PROJECT_ROOT))) : key;
}

const textOf = (path: string): Promise<string | null> => readFile(path, "utf8").catch(() => null);

/** Makes a key for a tenant, and prints only it on standard output. Resolves with the exit code. */
export async function createKey(options: CreateKeyOptions): Promise<number> {
  const secret = await tagSecret(options);
  if (!secret.ok) return report(secret.error);
  const { tenant, name, scopes, jurisdiction = null, lifetimeS } = options;
  const random = crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES));
  const key = await newApiKey(random, secret.value);
  const created_at = Date.now();
  const expires_at = lifetimeS === undefined ? null : created_at + lifetimeS * 1000;
  const hash = await hashOfSecret(key.secret);
  const row = { id: key.id, tenant, hash, name, scopes, jurisdiction, created_at, expires_at };
  const stored = await queryKeys(options, createKeySql(row));
  if (!stored.ok) return report(stored.error);
  if (stored.value.length === 0) {
    return report(failed(`The tenant ${tenant} has as many live keys as it can have. Revoke one first.`));
  }
  console.error(`The key ${key.id} of the tenant ${tenant}. It is not shown again.`);
  console.log(key.text);
  return EXIT.done;
}

interface KeyRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly scopes: string;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_on: string | null;
}

/** Prints the keys of a tenant, or of all. Resolves with the exit code. */
export async function listKeys(options: ListKeysOptions): Promise<number> {
  const found = await queryKeys<KeyRow>(options, listKeysSql(options.tenant ?? null));
  if (!found.ok) return report(found.error);
  const data = found.value.map((row) => ({ ...row, scopes: row.scopes.split(" ") }));
  print({ data }, options.json, () => keysText(found.value));
  return EXIT.done;
}

function keysText(rows: readonly KeyRow[]): string {
  const texts = rows.map((row) =>
    listText([
      ["key", row.id],
      ["tenant", row.tenant_id],
      ["name", row.name],
      ["scopes", row.scopes],
      ["created", `${row.created_at}${row.created_by === null ? "" : ` by ${row.created_by}`}`],
      ["expires", row.expires_at ?? "never"],
      ["last used", row.last_used_on ?? "never"],
      ...(row.revoked_at === null ? [] : [["revoked", row.revoked_at] as const]),
    ]),
  );
  return texts.length === 0 ? "No keys.\n" : texts.join("\n");
}

/** Revokes a key and those that it has made. Resolves with the exit code. */
export async function revokeKey(options: RevokeKeyOptions): Promise<number> {
  const revoked = await queryKeys<{ id: string }>(options, revokeKeySql(options.id, Date.now()));
  if (!revoked.ok) return report(revoked.error);
  if (revoked.value.length === 0) return report(failed(`There is no key ${options.id}.`));
  console.log(
    `Revoked: ${revoked.value.map(({ id }) => id).join(" ")}. They let in no more within a minute.`,
  );
  return EXIT.done;
}
