/** A JSON Schema (2020-12, as OpenAPI 3.1 uses it). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Metadata for `.meta()`: what the reference says of a value in place of what zod can say. A custom check says nothing of
 * itself, and a number that keeps its digits is an object to zod. A description that is added later stands first.
 */
export const documented = (schema: JsonSchema) => ({
  override: ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void => {
    const descriptions = [jsonSchema.description, schema.description].filter((text) => text !== undefined);
    for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
    Object.assign(jsonSchema, schema);
    if (descriptions.length > 0) jsonSchema.description = [...new Set(descriptions)].join(" ");
  },
});

export const EXACT_DECIMAL =
  "An exact decimal: read it without binary rounding, with a lossless JSON parser.";

/** A date stays a date; a timestamp is stored and answered in UTC (docs/api.md#values). */
export const DATE_OR_TIMESTAMP: JsonSchema = {
  anyOf: [
    { type: "string", format: "date" },
    { type: "string", format: "date-time" },
  ],
};
