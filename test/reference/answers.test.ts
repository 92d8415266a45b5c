import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { PROBLEMS } from "../../src/contract/problems.ts";
import type { ProblemCode } from "../../src/domain/core/problem.ts";
import { OPERATIONS } from "../../src/reference/catalogue.ts";
import { problemsOf } from "../../src/reference/problem-answers.ts";
import { type Answer, Api, answerTo, newKey, newTenant } from "../support/api.ts";
import { checkAnswer } from "../support/documented-answers.ts";
import { send } from "../support/requests.ts";
import { mintToken } from "../support/tokens.ts";

describe("the catalogue", () => {
  /** Answers nothing but `invalid_table`, for names that are no table. */
  const NO_OPERATION = ["GET /api/tables/{table}/{id?}"];

  it("names every route of the service and no other", () => {
    const routes = app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+\??)(\{[^}]*\})?/g, "{$1}")}`);
    const operations = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect([...new Set(routes)].filter((route) => !NO_OPERATION.includes(route)).sort()).toEqual(
      operations.sort(),
    );
  });

  const guarded = OPERATIONS.filter(({ scope }) => scope !== null && scope !== "any");

  it.each(guarded)(
    "$method $path needs the scope that it names",
    async ({ method, path, scope, body, keyed }) => {
      const headers: Record<string, string> = {
        Authorization: `Bearer ${await mintToken({ tenant: newTenant(), scope: "" })}`,
      };
      if (body) headers["Content-Type"] = body.media;
      if (keyed) headers["Idempotency-Key"] = newKey();
      const init = { method: method.toUpperCase(), headers, ...(body && { body: "{}" }) };
      const answer = await send(path.replace(/\{[^}]+\}/g, "x"), init);
      expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
      expect(answer.headers.get("WWW-Authenticate")).toContain(`scope="${scope}"`);
    },
  );

  it("documents every problem code at an operation, except those of unknown paths", () => {
    const used = new Set(OPERATIONS.flatMap(problemsOf));
    const unused = Object.keys(PROBLEMS).filter((code) => !used.has(code as ProblemCode));
    expect(unused.sort()).toEqual(["invalid_table"]);
  });
});

describe("every documented example", () => {
  it("gets its documented status, in the order of the reference", async () => {
    const api = new Api();
    for (const { method, path, body } of OPERATIONS) {
      for (const [name, example] of Object.entries(body?.examples ?? {})) {
        const headers = { "Content-Type": body?.media ?? "" };
        const filled = path.replace(/\{(\w+)\}/g, (_, parameter: string) => example.path?.[parameter] ?? "");
        const all = await api.headers({ ...headers, "Idempotency-Key": newKey() });
        const init = { headers: all, body: JSON.stringify(example.body) };
        const answer = await answerTo(method.toUpperCase(), filled, init);
        expect([path, name, answer.status, answer.text], answer.text).toEqual([
          path,
          name,
          example.answers,
          answer.text,
        ]);
      }
    }
  });
});

describe("the check of answers itself", () => {
  const COMMON = {
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "Server-Timing": "total;dur=1",
  };
  const answer = (
    status: number,
    body: unknown,
    media = "application/json",
    headers: Readonly<Record<string, string>> = COMMON,
  ): Answer => ({
    status,
    headers: new Headers({ "Content-Type": media, ...headers }),
    text: JSON.stringify(body),
    body,
  });
  const health = { status: "ok", version: "1.0.0", git_sha: "unknown" };

  it("accepts an answer that is as documented", () => {
    expect(() => checkAnswer("GET", "/v1/health/live", answer(200, health))).not.toThrow();
  });

  it.each<[string, Answer]>([
    ["a member that is not documented", answer(200, { ...health, more: 1 })],
    ["a missing member", answer(200, { status: "ok" })],
    ["another type", answer(200, { ...health, version: 1 })],
    ["another status", answer(202, health)],
    ["another media type", answer(200, health, "text/plain")],
    ["a problem that is no problem document", answer(500, health)],
    ["a missing header", answer(200, health, "application/json", { traceparent: COMMON.traceparent })],
    [
      "a header that says something else",
      answer(200, health, "application/json", { ...COMMON, traceparent: "1" }),
    ],
    [
      "a header that is not documented",
      answer(200, health, "application/json", { ...COMMON, Link: '</>; rel="next"' }),
    ],
    ["a code that is not documented", answer(409, { code: "already_exists" }, "application/problem+json")],
  ])("refuses %s", (_, wrong) => {
    expect(() => checkAnswer("GET", "/v1/health/live", wrong)).toThrow("against the reference");
  });
});
