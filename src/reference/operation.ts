import * as z from "zod";
import {
  type AnswerHeader,
  type ApiRoute,
  type Body,
  type RouteAnswer,
  type RouteTable,
  sentParameters,
} from "../contract/routes/route.ts";
import type { Tag } from "./tags.ts";

/** What 202 means of a question about all disbursements. */
export const UNFINISHED =
  "Not finished within one request. Send the same request again: it continues where this one stopped.";

/** An example of a request. The tests send each, in the order of the catalogue, and expect the status `answers`. */
export interface RequestExample {
  readonly summary: string;
  readonly body: unknown;
  /** The parameters in the path, if any. */
  readonly path?: Readonly<Record<string, string>>;
  /** The status of the answer. */
  readonly answers: number;
}

/** A body of a request or an answer. */
interface Content {
  readonly media: string;
  readonly schema: z.ZodType;
}

interface DescribedAnswer {
  readonly description: string;
  /** One for each media type; none for an answer without a body. */
  readonly contents: readonly Content[];
  readonly headers: readonly AnswerHeader[];
  readonly possibleHeaders: readonly AnswerHeader[];
}

interface BodyExamples {
  readonly examples: Readonly<Record<string, RequestExample>>;
}

/** A route with its words and examples. The tests check every answer against the answer's schemas. */
export interface ApiOperation extends Omit<ApiRoute, "method" | "query" | "csvQuery" | "body" | "answers"> {
  readonly method: Lowercase<ApiRoute["method"]>;
  /** Camel case, unique; the client's method names come from it. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly query?: z.ZodObject;
  readonly body?: Content & BodyExamples;
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
}

/** What the reference adds to a route's body. */
type BodyWords<B extends Body> = BodyExamples & {
  /** The name of its schema in the document. */
  readonly id?: string;
} & (B extends { readonly schema: z.ZodType } ? unknown : { readonly schema: z.ZodType });

type RouteWords<R extends ApiRoute> = {
  readonly summary: string;
  readonly description: string;
  /** What each status means. */
  readonly answers: { readonly [Status in keyof R["answers"]]: string };
} & (R extends { readonly body: infer B extends Body } ? { readonly body: BodyWords<B> } : unknown);

/** The words and examples of a room's routes, by their keys: a route without words does not compile. */
type Words<R extends RouteTable> = { readonly [Key in keyof R]: RouteWords<R[Key]> };

interface Chapter<Name extends string, R extends RouteTable<Name>> {
  readonly tag: Tag;
  readonly routes: R;
  /** The schemas that the answers of a route name. */
  readonly answersOf: (route: ApiRoute<Name>) => Readonly<Record<Name, z.ZodType>>;
  readonly words: Words<R>;
}

/** The operations of a room, in the order of its table. */
export function operationsOf<Name extends string, R extends RouteTable<Name>>({
  tag,
  routes,
  answersOf,
  words,
}: Chapter<Name, R>): readonly ApiOperation[] {
  return Object.entries<ApiRoute<Name>>(routes).map(([id, route]) => ({
    id,
    tag,
    ...operationOf(route, answersOf(route), words[id] as RouteWords<ApiRoute> & { body?: BodyWords<Body> }),
  }));
}

function operationOf<Name extends string>(
  route: ApiRoute<Name>,
  schemas: Readonly<Record<Name, z.ZodType>>,
  words: RouteWords<ApiRoute> & { readonly body?: BodyWords<Body> },
): Omit<ApiOperation, "id" | "tag"> {
  const { method, query, csvQuery = query, body, answers, ...others } = route;
  const described = Object.entries<RouteAnswer<Name>>(answers).map(([status, answer]) => [
    status,
    answerOf(words.answers[Number(status)] ?? "", answer, schemas),
  ]);
  return {
    ...others,
    method: method.toLowerCase() as ApiOperation["method"],
    summary: words.summary,
    description: words.description,
    ...(csvQuery && { query: sentParameters(csvQuery) }),
    ...(body && words.body && { body: bodyOf(body, words.body) }),
    answers: Object.fromEntries(described),
  };
}

function bodyOf(body: Body, { id, examples, ...own }: BodyWords<Body>): Content & BodyExamples {
  const { schema } = { ...body, ...own } as { readonly schema: z.ZodType };
  return { media: body.media, schema: id === undefined ? schema : schema.meta({ id }), examples };
}

function answerOf<Name extends string>(
  description: string,
  { json, ndjson, csv, text, html, jose, headers = [], possibleHeaders = [] }: RouteAnswer<Name>,
  schemas: Readonly<Record<Name, z.ZodType>>,
): DescribedAnswer {
  const content = (media: string, schema: z.ZodType | undefined): readonly Content[] =>
    schema ? [{ media, schema }] : [];
  return {
    description,
    contents: [
      ...content("application/json", json && schemas[json]),
      ...content("application/x-ndjson", ndjson && schemas[ndjson]),
      ...content("text/csv", csv && z.string()),
      ...content("text/plain", text && z.string()),
      ...content("text/html", html && z.string()),
      ...content("application/jose", jose && z.string()),
    ],
    headers: [...(csv ? (["Vary", "Content-Disposition"] as const) : []), ...headers],
    possibleHeaders,
  };
}
