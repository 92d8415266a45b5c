import { readFile } from "node:fs/promises";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import * as z from "zod";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { Receipt } from "../../domain/log/receipt.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";

const TYPE = "checkpoint+jwt";
const DEADLINE_MS = 30_000;

const claimsSchema = z.object({
  tenant_id: z.string(),
  sequence: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.int(),
});

/** What a checkpoint states, once its signature was verified. */
export interface Checkpoint extends Receipt {
  readonly tenant_id: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** The public keys of a file, or of a URL: the only thing that a check may ask a server for. */
export async function readKeys(place: string): Promise<Result<JSONWebKeySet, CommandFailure>> {
  try {
    const text = /^https?:\/\//i.test(place) ? await fetched(place) : await readFile(place, "utf8");
    const keys: JSONWebKeySet = JSON.parse(text);
    // Throws for anything that is no key set.
    createLocalJWKSet(keys);
    return ok(keys);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(wrongUsage(`--jwks ${place} gives no key set: ${reason}.`));
  }
}

async function fetched(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!response.ok) throw new Error(`it answers ${response.status}`);
  return response.text();
}

/** Verifies a checkpoint's signature. The error says why it proves nothing. */
export async function openCheckpoint(text: string, keys: JSONWebKeySet): Promise<Result<Checkpoint, string>> {
  try {
    const options = { algorithms: ["ES256"] };
    const { payload, protectedHeader } = await compactVerify(text.trim(), createLocalJWKSet(keys), options);
    if (protectedHeader.typ !== TYPE) return err(`its typ is ${protectedHeader.typ}, not ${TYPE}`);
    const claims = claimsSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return claims.success ? ok(claims.data) : err("it does not state tenant_id, sequence, hash and time");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(`its signature is not verified: ${reason}`);
  }
}
