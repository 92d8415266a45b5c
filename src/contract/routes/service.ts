import * as z from "zod";
import type { ProblemCode } from "../../domain/core/problem.ts";
import { PROBLEMS } from "../problems.ts";
import type * as answers from "../service/answers.ts";
import type { RouteTable } from "./route.ts";

/** These routes need no token, and refuse only other methods of their paths. */
const open = { method: "GET", scope: null, problems: ["method_not_allowed"] } as const;
const page = { ...open, answers: { 200: { html: true } } } as const;

/** A file that is built before the deployment: a browser caches it and revalidates it by its ETag. */
const builtPage = {
  ...open,
  conditional: true,
  answers: { 200: { html: true, headers: ["ETag"] }, 304: { headers: ["ETag"] } },
} as const;

/** Health, the reference, and the pages for people (docs/pages.md). */
export const SERVICE_ROUTES = {
  live: { ...open, path: "/v1/health/live", answers: { 200: { json: "health" } } },
  ready: {
    ...open,
    path: "/v1/health/ready",
    answers: { 200: { json: "health" } },
    problems: ["method_not_allowed", "unavailable"],
  },
  openapi: {
    ...open,
    path: "/openapi.json",
    conditional: true,
    answers: { 200: { json: "openapiDocument", headers: ["ETag"] }, 304: { headers: ["ETag"] } },
  },
  mappingSchema: {
    ...open,
    path: "/schemas/mapping.json",
    conditional: true,
    answers: { 200: { json: "jsonSchema", headers: ["ETag"] }, 304: { headers: ["ETag"] } },
  },
  home: { ...builtPage, path: "/" },
  reference: { ...builtPage, path: "/docs" },
  console: { ...builtPage, path: "/console" },
  consoleSignIn: {
    ...open,
    path: "/console/sign-in",
    answers: { 200: { json: "consoleSignIn" } },
    problems: ["method_not_allowed", "misconfigured"],
  },
  listProblems: { ...page, path: "/problems" },
  explainProblem: {
    ...page,
    path: "/problems/{code}",
    pathParameters: z.object({ code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]) }),
    problems: ["method_not_allowed", "not_found"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
