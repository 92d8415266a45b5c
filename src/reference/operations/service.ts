import * as z from "zod";
import { freeObject } from "../../contract/answer-values.ts";
import { PROBLEMS } from "../../contract/problems.ts";
import { health } from "../../contract/service/answers.ts";
import type { ProblemCode } from "../../domain/core/problem.ts";
import { answer, json } from "../answers.ts";
import type { Answer, Content, Operation } from "../operation.ts";

const HTML: Content = { media: "text/html", schema: z.string() };

/** A file that is built before the deployment: a browser caches it and revalidates it by its ETag. */
const built = (description: string, content: Content): Pick<Operation, "answers" | "conditional"> => ({
  conditional: true,
  answers: {
    200: answer(description, content, ["ETag"]),
    304: answer("You have this version.", [], ["ETag"]),
  },
});

/** These routes refuse only other methods of their paths. */
const problems: readonly ProblemCode[] = ["method_not_allowed"];

/** A page for people. */
function page(path: string, id: string, summary: string, description: string): Operation {
  const content: Answer = answer("The page.", HTML);
  return {
    method: "get",
    path,
    id,
    tag: "Service",
    summary,
    description,
    scope: null,
    answers: { 200: content },
    problems,
  };
}

/** The routes that need no token. */
export const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/health/live",
    id: "live",
    tag: "Service",
    summary: "Is the service running?",
    description: "Answers 200 as long as the Worker runs.",
    scope: null,
    answers: { 200: answer("It is.", json(health)) },
    problems,
  },
  {
    method: "get",
    path: "/v1/health/ready",
    id: "ready",
    tag: "Service",
    summary: "Is the database reachable?",
    description: "Asks every database and answers within two seconds.",
    scope: null,
    answers: { 200: answer("It is.", json(health)) },
    problems: [...problems, "unavailable"],
  },
  {
    method: "get",
    path: "/openapi.json",
    id: "openapi",
    tag: "Service",
    summary: "This document",
    description: "OpenAPI 3.1, generated from the schemas that validate.",
    scope: null,
    ...built("The document.", json(freeObject)),
    problems,
  },
  page("/", "home", "Home page", "What this is, and where to go."),
  {
    ...page(
      "/docs",
      "reference",
      "This reference for people",
      "Shows this document and sends requests from it.",
    ),
    ...built("The page.", HTML),
  },
  {
    ...page("/console", "console", "Console", "Shows a portfolio; asks for a token."),
    ...built("The page.", HTML),
  },
  page("/problems", "listProblems", "All problem codes", "Lists every problem code."),
  {
    ...page("/problems/{code}", "explainProblem", "One problem code", "Explains a code and what to do."),
    pathParameters: z.object({
      code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    }),
    problems: [...problems, "not_found"],
  },
];
