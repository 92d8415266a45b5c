import { headers as documentedHeaders, validators } from "virtual:answer-validators";
import { PROBLEMS } from "../../src/contract/problems.ts";
import type { ProblemCode } from "../../src/domain/core/problem.ts";
import { OPERATIONS } from "../../src/reference/catalogue.ts";
import type { ApiOperation } from "../../src/reference/operation.ts";
import { problemsOf } from "../../src/reference/problem-answers.ts";
import type { Answer } from "./api.ts";

const patternOf = (path: string) =>
  new RegExp(`^${path.replace(/\./g, "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`);
const known = OPERATIONS.map((operation) => ({ operation, pattern: patternOf(operation.path) }));

/** Answers of paths that have no such operation. */
const WITHOUT_OPERATION: readonly ProblemCode[] = ["not_found", "method_not_allowed"];

/** Problems of `/api/tables/<no table>`, which is no operation of its own. */
const UNKNOWN_TABLE: readonly ProblemCode[] = [
  "invalid_table",
  "missing_token",
  "invalid_token",
  "insufficient_scope",
  "misconfigured",
  "unavailable",
  "rate_limited",
];

function operationOf(method: string, path: string): ApiOperation | undefined {
  const { pathname } = new URL(path, "http://ledger.test");
  return known.find(
    ({ operation, pattern }) => operation.method === method.toLowerCase() && pattern.test(pathname),
  )?.operation;
}

/**
 * Throws when an answer is not as the reference says: its status, media type, headers, code and body. HEAD answers as
 * GET, without a body.
 */
export function checkAnswer(method: string, path: string, answer: Answer): void {
  const isHead = method === "HEAD";
  const operation = operationOf(isHead ? "GET" : method, path);
  const fault = faultOf(operation, path, answer, isHead) ?? headerFault(operation, answer);
  if (fault === null) return;
  const place = operation ? operation.id : "no operation";
  throw new Error(
    `${method} ${path} (${place}) answered ${answer.status} against the reference: ${fault}\n${answer.text}`,
  );
}

function faultOf(
  operation: ApiOperation | undefined,
  path: string,
  answer: Answer,
  isHead: boolean,
): string | null {
  const media = answer.headers.get("Content-Type")?.split(";")[0] ?? "";
  if (answer.status >= 400) return isHead ? null : problemFault(operation, path, media, answer);
  const documented = operation?.answers[answer.status];
  if (!operation || !documented) return "this status is not documented";
  if (documented.contents.length === 0) return answer.text === "" ? null : "a body is not documented";
  const content = documented.contents.find((one) => one.media === media);
  if (!content) return `the media type ${media} is not documented`;
  const name = `${operation.id} ${answer.status}`;
  if (isHead) return null;
  if (media === "application/json") return schemaFault(name, answer.body);
  if (media !== "application/x-ndjson") return null;
  const faults = answer.text
    .split("\n")
    .map((line) => (line === "" ? null : schemaFault(name, JSON.parse(line))));
  return faults.find((fault) => fault !== null) ?? null;
}

function problemFault(
  operation: ApiOperation | undefined,
  path: string,
  media: string,
  { status, body }: Answer,
): string | null {
  if (media !== "application/problem+json") return `the media type is ${media}`;
  const code: ProblemCode = body.code;
  const codes = operation ? problemsOf(operation) : WITHOUT_OPERATION;
  const isTable = path.startsWith("/api/tables/") && UNKNOWN_TABLE.includes(code);
  const isAllowed = codes.includes(code) || isTable || (!operation && WITHOUT_OPERATION.includes(code));
  if (!isAllowed) return `the code ${code} is not documented`;
  if (PROBLEMS[code].status !== status) return `the code ${code} has another status`;
  return schemaFault("Problem", body);
}

/** What HTTP itself and the rules for browsers ask for; docs/pages.md#policies has the latter. */
const COMMON_HEADERS: readonly string[] = [
  "cache-control",
  "content-length",
  "content-security-policy",
  "content-type",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
  "x-frame-options",
];

/** The headers of a path without an operation: another method of a known path, an unknown table or route. */
const HEADERS_WITHOUT_OPERATION: Readonly<Record<string, boolean>> = {
  traceparent: true,
  tracestate: false,
  "Server-Timing": true,
  Vary: false,
};
const HEADERS_BY_STATUS: Readonly<Record<number, string>> = {
  401: "WWW-Authenticate",
  403: "WWW-Authenticate",
  405: "Allow",
  429: "Retry-After",
  503: "Retry-After",
};

/** An answer has every header that it always has by the reference, and none that the reference does not name for it. */
function headerFault(operation: ApiOperation | undefined, { status, headers }: Answer): string | null {
  const own = HEADERS_BY_STATUS[status];
  const documented =
    (operation && documentedHeaders[`${operation.id} ${status}`]) ??
    ({ ...HEADERS_WITHOUT_OPERATION, ...(own && { [own]: true }) } as Readonly<Record<string, boolean>>);
  for (const [name, isRequired] of Object.entries(documented)) {
    const value = headers.get(name);
    if (value === null && isRequired) return `the header ${name} is missing`;
    const fault = value === null ? null : schemaFault(name, value);
    // A header is text; the schema of a number is that of what it says.
    if (fault !== null && schemaFault(name, Number(value)) !== null) return `the header ${name}: ${fault}`;
  }
  const names = new Set([...COMMON_HEADERS, ...Object.keys(documented).map((name) => name.toLowerCase())]);
  const unknown = [...headers.keys()].find((name) => !names.has(name));
  return unknown === undefined ? null : `the header ${unknown} is not documented`;
}

function schemaFault(name: string, value: unknown): string | null {
  const validate = validators[name];
  if (!validate) return `there is no schema ${name}`;
  if (validate(value)) return null;
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`).join("; ");
}
