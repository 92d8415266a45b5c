import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { SCOPE_MEANINGS } from "../contract/scopes.ts";
import { OPERATIONS } from "./catalogue.ts";
import { answerHeaders, HEADERS } from "./headers.ts";
import type { ApiOperation } from "./operation.ts";
import { parametersOf } from "./parameters.ts";
import { problemAnswers } from "./problem-answers.ts";
import { apiKey, bearer, clientCredentials } from "./security.ts";
import { TAGS } from "./tags.ts";

const DESCRIPTION = `Records of loans and purchases, their history, and a double-entry ledger.

- **Tokens.** Send \`Authorization: Bearer\` and a JWT or an API key with the scope that the operation names. Every row belongs to its tenant.
- **Idempotency.** Every write takes an \`Idempotency-Key\`. Send a new key with each new event and the same key with each retry: the event will not be stored twice.
- **Numbers.** Amounts of records are exact decimals in JSON; read them with a lossless JSON parser. Amounts of the ledger are digits in strings.
- **Problems.** Every refusal is \`application/problem+json\` (RFC 9457). Its \`type\` is a page that says what to do.
- **Read your writes.** A write answers with \`x-d1-bookmark\`. A read that sends it back sees that write.`;

type ReferenceDocument = ReturnType<typeof createDocument>;

/** The whole reference as an OpenAPI 3.1 document. */
export function referenceDocument(version: string): ReferenceDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of OPERATIONS) {
    const methods = paths[operation.path] ?? {};
    methods[operation.method] = operationObject(operation);
    paths[operation.path] = methods;
  }
  return createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "Loan Ledger",
        version,
        description: DESCRIPTION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        contact: { name: "The operator of this service" },
      },
      servers: [{ url: "/", description: "This service" }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: paths as ZodOpenApiPathsObject,
      components: {
        securitySchemes: {
          oauth2: clientCredentials(SCOPE_MEANINGS),
          bearer,
          apiKey,
        },
        headers: HEADERS,
      },
    },
    // The steps of a zod chain have no schema; its end is documented, and a test finds what is not documented at all.
    { allowEmptySchema: { custom: true, transform: true } },
  );
}

function operationObject(operation: ApiOperation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, scope, wider = [], also = [], body } = operation;
  const scopes = scope === null || scope === "any" ? [] : [scope, ...wider];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security:
      scope === null
        ? []
        : [...scopes.map((one) => ({ oauth2: [one, ...also] })), { bearer: [] }, { apiKey: [] }],
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          [body.media]: {
            schema: body.schema,
            examples: Object.fromEntries(
              Object.entries(body.examples).map(([name, { summary: title, body: value }]) => [
                name,
                { summary: title, value },
              ]),
            ),
          },
        },
      },
    }),
    responses: { ...successAnswers(operation), ...problemAnswers(operation) },
  };
}

function successAnswers({ answers, bookmarked }: ApiOperation): ZodOpenApiOperationObject["responses"] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, contents, headers, possibleHeaders }]) => [
      status,
      {
        description,
        headers: answerHeaders(
          Number(status),
          [...(bookmarked ? (["x-d1-bookmark"] as const) : []), ...headers],
          possibleHeaders,
        ),
        ...(contents.length > 0 && {
          content: Object.fromEntries(contents.map(({ media, schema }) => [media, { schema }])),
        }),
      },
    ]),
  );
}
