import { SERVICE_ROUTES } from "../../contract/routes/service.ts";
import * as answers from "../../contract/service/answers.ts";
import { operationsOf } from "../operation.ts";

const page = { 200: "The page." } as const;
const builtPage = { ...page, 304: "You have this version." } as const;

/** The routes that need no token. */
export const SERVICE_OPERATIONS = operationsOf({
  tag: "Service",
  routes: SERVICE_ROUTES,
  answersOf: () => answers,
  words: {
    live: {
      summary: "Is the service running?",
      description: "Answers 200 as long as the Worker runs.",
      answers: { 200: "It is." },
    },
    ready: {
      summary: "Is the database reachable?",
      description: "Asks every database and answers within two seconds.",
      answers: { 200: "It is." },
    },
    openapi: {
      summary: "This document",
      description: "OpenAPI 3.1, generated from the schemas that validate.",
      answers: { 200: "The document.", 304: "You have this version." },
    },
    mappingSchema: {
      summary: "JSON Schema of a mapping",
      description:
        "Describes the file that `loan-ledger import --mapping` takes, for editors that complete and check it.",
      answers: { 200: "The schema.", 304: "You have this version." },
    },
    home: { summary: "Home page", description: "What this is, and where to go.", answers: builtPage },
    reference: {
      summary: "This reference for people",
      description: "Shows this document and sends requests from it.",
      answers: builtPage,
    },
    console: {
      summary: "Console",
      description: "Shows a portfolio; asks for a token.",
      answers: builtPage,
    },
    consoleSignIn: {
      summary: "Sign-in of the console",
      description:
        "Where people sign in to the console, and what the console asks the issuer for; null without sign-in.",
      answers: { 200: "The settings." },
    },
    listProblems: {
      summary: "All problem codes",
      description: "Lists every problem code.",
      answers: page,
    },
    explainProblem: {
      summary: "One problem code",
      description: "Explains a code and what to do.",
      answers: page,
    },
  },
});
