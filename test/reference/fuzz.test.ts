import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceDocument } from "../../src/reference/document.ts";
import { type Answer, Api, answerTo, newKey } from "../support/api.ts";

type Schema = Readonly<Record<string, unknown>>;

const document = JSON.parse(JSON.stringify(referenceDocument("0.0.0")));
const components: Readonly<Record<string, Schema>> = document.components.schemas;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Documented {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
}

const resolve = <T extends object>(value: T): T => {
  const { $ref } = value as { $ref?: string };
  if ($ref === undefined) return value;
  return $ref
    .split("/")
    .slice(1)
    .reduce((place, name) => place[name], document);
};

const documented: readonly Documented[] = Object.entries<Record<string, Schema>>(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      parameters: ((operation.parameters ?? []) as Parameter[]).map(resolve),
      // biome-ignore lint/suspicious/noExplicitAny: the document is data
      body: (operation as any).requestBody?.content?.["application/json"]?.schema ?? null,
    })),
);

/** Values that meet what schemas ask for, and the borders of it. */
const POOL = [
  ...["C-1", "C-2", "L-1", "PAY-1", "OP-1", "x", "x".repeat(128), "\u{1F4B6}é", "a b", "%", "_", "'"],
  ...["USD", "EUR", "JPY", "US", "DE", "a@b.example", "+1234567890", "2024-10-20", "2025-10-20T12:34:56Z"],
  ...[
    "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "7b1f8a6e-51c0-4c55-9f0a-2f6d3b8c9e11",
    "0",
    "1",
    "9223372036854775807",
  ],
];
const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /T.*Z$/,
  uuid: /^[0-9a-f-]{36}$/,
  email: /@/,
};
const ODD = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "2024-02-30",
    "9999-12-31",
    "1e3",
    "true",
    "null",
    "../..",
    "x".repeat(300),
  ),
  fc.string({ unit: "binary", maxLength: 20 }).filter((text) => text.isWellFormed()),
);
const TEXTS = fc.oneof(fc.constantFrom(...POOL), ODD);
const NUMBERS = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 100, 500.25, 10_000) },
  fc.constantFrom(-1, 0.001, 1e15, 1e21, 5e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function textFor({
  format,
  pattern,
  minLength = 0,
  maxLength = Number.POSITIVE_INFINITY,
}: Schema): fc.Arbitrary<string> {
  const form = FORMATS[String(format)] ?? new RegExp(String(pattern ?? ""));
  const fit = POOL.filter(
    (text) => form.test(text) && text.length >= Number(minLength) && text.length <= Number(maxLength),
  );
  return fit.length > 0 ? fc.constantFrom(...fit) : TEXTS;
}

/** Mostly what a schema asks for, now and then anything. */
function arbitraryOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const anything = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    NUMBERS,
    TEXTS,
    fc.constant([]),
    fc.constant({}),
  );
  return fc.oneof({ weight: 25, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: anything });
}

function fitting(given: Schema, depth: number): fc.Arbitrary<unknown> {
  const schema = (given.$ref ? components[String(given.$ref).split("/").at(-1) ?? ""] : given) as Schema;
  const choices = (schema.oneOf ?? schema.anyOf) as readonly Schema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, depth + 1)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...(schema.enum as readonly unknown[]));
  switch (schema.type) {
    case "object": {
      const members = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
      const required = new Set((schema.required ?? []) as readonly string[]);
      return fc
        .tuple(
          fc.record(
            Object.fromEntries(members.map(([name, member]) => [name, arbitraryOf(member, depth + 1)])),
          ),
          fc.array(fc.constantFrom("", ...members.map(([name]) => name)), { maxLength: members.length }),
        )
        .map(([record, left]) =>
          Object.fromEntries(
            Object.entries(record).filter(([name]) => required.has(name) || !left.includes(name)),
          ),
        );
    }
    case "array":
      return fc.array(arbitraryOf((schema.items ?? {}) as Schema, depth + 1), { maxLength: 3 });
    case "number":
      return NUMBERS;
    case "integer":
      return fc.integer({ min: -1, max: 1_000_001 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return textFor(schema);
  }
}

const writes = documented.filter(({ body }) => body !== null);

interface Sent {
  readonly operation: Documented;
  readonly values: readonly unknown[];
  readonly given: readonly boolean[];
  readonly body: unknown;
}

const requests: fc.Arbitrary<Sent> = fc
  .oneof(fc.constantFrom(...documented), fc.constantFrom(...writes))
  .chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      values: fc.tuple(...operation.parameters.map(({ schema }) => arbitraryOf(schema))),
      given: fc.array(fc.boolean(), {
        minLength: operation.parameters.length,
        maxLength: operation.parameters.length,
      }),
      body: operation.body ? arbitraryOf(operation.body) : fc.constant(null),
    }),
  );

async function send(api: Api, { operation, values, given, body }: Sent): Promise<Answer> {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = new Headers(await api.headers());
  for (const [index, { name, in: place, required }] of operation.parameters.entries()) {
    const text = String(values[index]);
    if (place === "path") path = path.replace(`{${name}}`, () => encodeURIComponent(text) || "x");
    else if (!required && !given[index]) continue;
    else if (place === "query") query.append(name, text);
    else if (/^[\x20-\x7e]*$/.test(text))
      headers.set(name, name === "Idempotency-Key" ? newKey() : text.trim());
  }
  if (body !== null) headers.set("Content-Type", "application/json");
  const init = { headers, ...(operation.body && { body: JSON.stringify(body) }) };
  return answerTo(operation.method, query.size > 0 ? `${path}?${query}` : path, init);
}

describe("random requests that follow the reference", () => {
  it("get documented answers, and never a 5xx", async () => {
    const api = new Api();
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { status } = await send(api, request);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 400 },
    );
    // The fuzz is no use when everything is refused at the door.
    for (const status of [200, 201, 400, 404]) expect(seen.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
  });
});
