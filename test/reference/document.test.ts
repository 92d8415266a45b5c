import { createConfig, lintFromString } from "@redocly/openapi-core";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { SCOPE_MEANINGS } from "../../src/contract/scopes.ts";
import { OPERATIONS } from "../../src/reference/catalogue.ts";
import { referenceDocument } from "../../src/reference/document.ts";
import { INGEST_EXAMPLES } from "../../src/reference/ingest-examples.ts";

const document = referenceDocument("1.2.3");
const text = JSON.stringify(document);

describe("the OpenAPI document", () => {
  it("is clean by Redocly's recommended rules", async () => {
    const config = await createConfig({ extends: ["recommended"] });
    const problems = await lintFromString({ source: text, absoluteRef: "openapi.json", config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  });

  it("describes every value: only free data has an empty schema", () => {
    const empty: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (value === null || typeof value !== "object") return;
      if (!Array.isArray(value) && Object.keys(value).length === 0) empty.push(path);
      for (const [name, member] of Object.entries(value)) walk(member, `${path}/${name}`);
    };
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) walk(schema, name);
    // From and to of a change are values of any column.
    expect(empty.filter((path) => !/\/changes\/.*\/(from|to)$/.test(path))).toEqual([]);
  });

  it("has one operation id for each path and method", () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
    expect(new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).size).toBe(OPERATIONS.length);
  });

  it("lists every scope", () => {
    const schemes = document.components?.securitySchemes as Record<string, { flows?: object }>;
    expect(schemes.oauth2?.flows).toMatchObject({ clientCredentials: { scopes: SCOPE_MEANINGS } });
    expect(Object.keys(schemes)).toEqual(["oauth2", "bearer", "apiKey"]);
    expect(schemes.apiKey).toMatchObject({ type: "http", scheme: "bearer" });
  });
});

describe("the examples of requests", () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema(document, "openapi.json");
  const examples = OPERATIONS.flatMap(({ path, method, body }) =>
    Object.entries(body?.examples ?? {}).map(([name, example]) => ({
      path,
      method,
      media: body?.media ?? "",
      name,
      example,
    })),
  );

  it.each(examples)("$path $name fits its schema", ({ path, method, media, example }) => {
    const place = [path, method, "requestBody", "content", media, "schema"];
    const pointer = place.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
    const validate = ajv.compile({ $ref: `openapi.json#/paths/${pointer}` });
    expect(validate(example.body), JSON.stringify(validate.errors)).toBe(true);
  });

  it("are refused when a member of data is misspelt, and when the step belongs to another shape", () => {
    const validate = ajv.compile({ $ref: "openapi.json#/components/schemas/IngestEvent" });
    const { category, data } = INGEST_EXAMPLES.loan.body as { category: string; data: object };
    expect(validate({ category, data })).toBe(true);
    expect(validate({ category, data: { ...data, currencyy: "USD" } })).toBe(false);
    expect(validate({ category, data: { ...data, step: "delete" } })).toBe(false);
    expect(validate({ category: "client", data })).toBe(false);
  });
});
