import * as z from "zod";
import { day, instant } from "../answer-values.ts";

const ACTOR = "Who events name as their actor: the token's `sub`, or `key:` and the id of an API key.";

/** `GET /v1/whoami` (docs/api.md#who-am-i). */
export const whoami = z
  .object({
    tenant_id: z.string(),
    subject: z.string().nullable().meta({ description: "The token's `sub`; null for an API key." }),
    actor: z.string().nullable().meta({ description: ACTOR }),
    scopes: z.array(z.string()),
    expires_at: instant.nullable().meta({ description: "When the credential ends; null for never." }),
    issuer: z.string().optional().meta({ description: "Of a token." }),
    key_id: z.string().optional().meta({ description: "Of an API key." }),
    jurisdiction: z.string().nullable().meta({ description: "Where the credential says that data must be." }),
  })
  .meta({ id: "WhoAmI" });

const made = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: instant,
  created_by: z.string().nullable().meta({ description: "The actor who made it." }),
  expires_at: instant.nullable(),
} as const;

/** `POST /v1/api-keys` (docs/api.md#api-keys). */
export const madeKey = z
  .object({
    ...made,
    key: z.string().optional().meta({ description: "Only in the first answer; a replay lacks it." }),
    message: z.string().optional().meta({ description: "On a replay: why there is no `key`." }),
  })
  .meta({ id: "NewApiKey" });

export const keyList = z.object({
  data: z.array(
    z
      .object({
        ...made,
        last_used_on: day.nullable().meta({ description: "A day of UTC." }),
        revoked_at: instant.nullable(),
      })
      .meta({ id: "ApiKey" }),
  ),
});
