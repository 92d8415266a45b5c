import * as answers from "../../contract/credentials/answers.ts";
import { CREDENTIAL_ROUTES } from "../../contract/routes/credentials.ts";
import { operationsOf } from "../operation.ts";

/** docs/api.md#who-am-i and docs/api.md#api-keys */
export const CREDENTIAL_OPERATIONS = operationsOf({
  tag: "Credentials",
  routes: CREDENTIAL_ROUTES,
  answersOf: () => answers,
  words: {
    whoAmI: {
      summary: "Read who is calling",
      description: "Any valid token or API key: its tenant, its scopes, and when it ends.",
      answers: { 200: "The caller." },
    },
    createApiKey: {
      summary: "Make an API key",
      description:
        "A key lets a back end in that has no issuer. Keep `key`; only this answer has it. A key that a key has made ends with it.",
      body: {
        id: "ApiKeyRequest",
        examples: {
          importer: {
            summary: "A key for an importer",
            body: { name: "Importer", scopes: ["ingest:write", "records:read"] },
            answers: 201,
          },
          for_a_year: {
            summary: "A key that ends",
            body: {
              name: "Auditors 2099",
              scopes: ["records:read", "positions:read"],
              expires_at: "2099-12-31T00:00:00Z",
            },
            answers: 201,
          },
        },
      },
      answers: { 200: "The key that this Idempotency-Key has made, without `key`.", 201: "Made." },
    },
    listApiKeys: {
      summary: "List API keys",
      description: "The tenant's keys, the newest first; revoked and expired ones for 90 days.",
      answers: { 200: "The keys." },
    },
    revokeApiKey: {
      summary: "Revoke an API key",
      description: "Ends the key within a minute, and every key that it has made. May be repeated.",
      answers: { 204: "Revoked." },
    },
  },
});
