import * as z from "zod";
import { freeObject } from "../answer-values.ts";

/** `GET /v1/health/live` and `GET /v1/health/ready`. */
export const health = z
  .object({ status: z.literal("ok"), version: z.string(), git_sha: z.string() })
  .meta({ id: "Health" });

/** `GET /console/sign-in`. */
export const consoleSignIn = z.object({
  sign_in: z
    .object({
      issuer: z.string(),
      client_id: z.string(),
      scope: z.string(),
      audience: z.string(),
      resource: z.string().nullable(),
    })
    .nullable(),
});

/** `GET /openapi.json`. */
export const openapiDocument = freeObject;

/** `GET /schemas/mapping.json`. */
export const jsonSchema = freeObject;
