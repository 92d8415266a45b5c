import { err, ok, type Result } from "../domain/core/result.ts";

/** A secret at rest: AES-GCM, base64. */
export interface Sealed {
  /** The key of WEBHOOK_KEY that encrypted it. */
  readonly key_id: string;
  readonly nonce: string;
  readonly ciphertext: string;
}

/** The owner of a secret: a ciphertext that is moved to another endpoint does not decrypt there. */
interface Owner {
  readonly tenant: string;
  readonly endpoint_id: string;
}

const KEY = /^[A-Za-z0-9+/]{43}=$/;
const NONCE_BYTES = 12;
const KEY_ID_BYTES = 4;

interface RingKey {
  readonly key_id: string;
  readonly key: CryptoKey;
}

/** The keys of the setting WEBHOOK_KEY: the first encrypts, all decrypt. */
export class KeyRing {
  readonly #keys: readonly [RingKey, ...RingKey[]];

  private constructor(keys: readonly [RingKey, ...RingKey[]]) {
    this.#keys = keys;
  }

  /** Reads the setting: keys of 32 bytes as base64, separated by commas. The error never repeats the setting. */
  static async parse(setting: unknown): Promise<Result<KeyRing, string>> {
    if (typeof setting !== "string" || setting.trim() === "") return err("is missing");
    const texts = setting.split(",").map((text) => text.trim());
    if (!texts.every((text) => KEY.test(text))) return err("must be base64 of 32 bytes, several by commas");
    const [first = "", ...others] = texts;
    return ok(new KeyRing([await importKey(first), ...(await Promise.all(others.map(importKey)))]));
  }

  async seal(secret: string, owner: Owner): Promise<Sealed> {
    const [{ key_id, key }] = this.#keys;
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const plain = new TextEncoder().encode(secret);
    const sealed = await crypto.subtle.encrypt(algorithm(nonce, owner), key, plain);
    return { key_id, nonce: nonce.toBase64(), ciphertext: new Uint8Array(sealed).toBase64() };
  }

  /** The secret. The error says why it cannot be read: the ring lacks the key, or the ciphertext is not this owner's. */
  async open({ key_id, nonce, ciphertext }: Sealed, owner: Owner): Promise<Result<string, string>> {
    const found = this.#keys.find((one) => one.key_id === key_id);
    if (!found) return err(`WEBHOOK_KEY lacks the key ${key_id} that a secret was encrypted with`);
    const iv = Uint8Array.fromBase64(nonce);
    try {
      const bytes = Uint8Array.fromBase64(ciphertext);
      const plain = await crypto.subtle.decrypt(algorithm(iv, owner), found.key, bytes);
      return ok(new TextDecoder().decode(plain));
    } catch {
      return err("the secret does not decrypt for this endpoint");
    }
  }
}

function algorithm(iv: Uint8Array<ArrayBuffer>, { tenant, endpoint_id }: Owner) {
  const additionalData = new TextEncoder().encode(JSON.stringify([tenant, endpoint_id]));
  return { name: "AES-GCM", iv, additionalData };
}

async function importKey(text: string): Promise<RingKey> {
  const bytes = Uint8Array.fromBase64(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key_id: digest.slice(0, KEY_ID_BYTES).toHex(), key };
}
