/** Standard Webhooks asks for 24 to 64 random bytes; 32 is the length of the hash. */
const SECRET_BYTES = 32;
const PREFIX = "whsec_";

/** A new signing secret, as the receiver configures it. */
export function newSecret(): string {
  return `${PREFIX}${crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64()}`;
}

interface Signed {
  readonly id: string;
  /** The time of the attempt, in seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** The header `webhook-signature`: one signature for each secret, separated by spaces (Standard Webhooks). */
export async function signatureHeader(
  secrets: readonly string[],
  { id, timestamp, body }: Signed,
): Promise<string> {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map(async (secret) => {
    const bytes = Uint8Array.fromBase64(secret.slice(PREFIX.length));
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    const signature = await crypto.subtle.sign("HMAC", key, content);
    return `v1,${new Uint8Array(signature).toBase64()}`;
  });
  return (await Promise.all(signatures)).join(" ");
}
