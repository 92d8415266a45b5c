import * as z from "zod";

export { exportedEvent } from "./line.ts";

/** `GET /.well-known/jwks.json` (RFC 7517): the public keys of checkpoints. */
export const checkpointKeys = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal("EC"),
        crv: z.literal("P-256"),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        alg: z.literal("ES256"),
        use: z.literal("sig"),
      }),
    ),
  })
  .meta({ id: "CheckpointKeys" });
