import * as z from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { documented } from "../contract/documented.ts";
import { problem } from "../contract/problem-answer.ts";
import { PROBLEMS } from "../contract/problems.ts";
import { type AnswerHeader, isWrite } from "../contract/routes/route.ts";
import type { ProblemCode } from "../domain/core/problem.ts";
import { answerHeaders, type HeaderName } from "./headers.ts";
import type { ApiOperation } from "./operation.ts";

const TOKEN: readonly ProblemCode[] = [
  "missing_token",
  "invalid_token",
  "insufficient_scope",
  "misconfigured",
  "unavailable",
  "rate_limited",
];
const BODY: readonly ProblemCode[] = [
  "unsupported_media_type",
  "payload_too_large",
  "malformed_json",
  "validation_error",
  "overloaded",
];
const KEY: readonly ProblemCode[] = [
  "missing_idempotency_key",
  "invalid_idempotency_key",
  "idempotency_mismatch",
];
const PRECONDITION: readonly ProblemCode[] = ["invalid_query", "precondition_failed"];
const READ: readonly ProblemCode[] = ["invalid_query", "unavailable"];

/** Every problem that an operation can answer. */
export function problemsOf({
  scope,
  body,
  keyed,
  preconditioned,
  bookmarked,
  query,
  problems = [],
  ...route
}: ApiOperation): readonly ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...(scope === null ? [] : TOKEN.filter((code) => scope !== "any" || code !== "insufficient_scope")),
      ...(isWrite(route) ? (["read_only"] as const) : []),
      ...(body ? BODY : []),
      ...(keyed ? KEY.filter((code) => keyed === true || code !== "missing_idempotency_key") : []),
      ...(preconditioned ? PRECONDITION : []),
      ...(bookmarked || query || body ? READ : []),
      ...problems,
      "internal_error",
    ]),
  ];
}

/** The answers of the refusals, one for each status, each with the codes that it can have. */
export function problemAnswers(operation: ApiOperation): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(operation)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const ordered = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    ordered.map(([status, codes]) => [
      status,
      problemAnswer(status, codes, possibleHeaders(operation, codes)),
    ]),
  );
}

/** What is answered before a route reads what the caller accepts, or the database. */
const AT_THE_DOOR: readonly ProblemCode[] = [
  "missing_token",
  "invalid_token",
  "insufficient_scope",
  "misconfigured",
  "rate_limited",
  "read_only",
  "method_not_allowed",
];

/** The headers of the operation's other answers that a refusal can have. */
function possibleHeaders(operation: ApiOperation, codes: readonly ProblemCode[]): readonly HeaderName[] {
  if (codes.every((code) => AT_THE_DOOR.includes(code))) return [];
  const named = new Set(Object.values(operation.answers).flatMap(({ headers }) => headers));
  const possible: AnswerHeader[] = ["Vary", "Preference-Applied"];
  return [
    ...(operation.bookmarked ? (["x-d1-bookmark"] as const) : []),
    ...possible.filter((one) => named.has(one)),
  ];
}

function problemAnswer(
  status: number,
  codes: readonly ProblemCode[],
  possible: readonly HeaderName[],
): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `- \`${code}\`: ${PROBLEMS[code].meaning}`).join("\n"),
    headers: answerHeaders(status, [], possible),
    content: {
      "application/problem+json": {
        schema: z.intersection(problem, ofCodes(status, codes)),
      },
    },
  };
}

/** What narrows the common problem to the codes of one answer. */
const ofCodes = (status: number, codes: readonly ProblemCode[]) =>
  z.looseObject({}).meta(
    documented({
      type: "object",
      properties: { status: { const: status }, code: { enum: [...codes] } },
      required: ["status", "code"],
    }),
  );
