import * as z from "zod";
import { freeObject } from "../answer-values.ts";

/** `GET /v1/health/live` and `GET /v1/health/ready`. */
export const health = z
  .object({ status: z.literal("ok"), version: z.string(), git_sha: z.string() })
  .meta({ id: "Health" });

/** `GET /openapi.json`. */
export const openapiDocument = freeObject;

/** `GET /schemas/mapping.json`. */
export const jsonSchema = freeObject;
