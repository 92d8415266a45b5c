/** A JSON Schema or any other part of the document. */
type Part = Record<string, unknown>;

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null;

const ALTERNATIVES = ["anyOf", "oneOf", "allOf"] as const;

const partsIn = (value: unknown): readonly Part[] =>
  isPart(value) ? Object.values(value).filter(isPart) : [];

/** The schemas of a message's bodies. */
const schemasOf = (message: unknown): readonly unknown[] =>
  isPart(message) ? partsIn(message.content).map(({ schema }) => schema) : [];

/** The exact decimals of one direction, as `parent.member`; a list's items belong to the list's own name. */
class Decimals {
  readonly members = new Set<string>();
  /** The schemas by their reference. */
  readonly references = new Set<string>();
  readonly #document: Part;
  readonly #type: string | readonly string[];
  readonly #seen = new Set<string>();

  /** `type` takes the place of `number` in the document. */
  constructor(document: Part, type: string | readonly string[]) {
    this.#document = document;
    this.#type = type;
  }

  find(schema: unknown, parent: string, name: string): void {
    if (!isPart(schema)) return;
    if (typeof schema.$ref === "string") this.#follow(schema.$ref, parent, name);
    const types: readonly unknown[] = [schema.type].flat();
    // Replaced by an earlier visit, or not yet.
    if (types.includes("number") || schema.exact === true) {
      this.members.add(`${parent}.${name}`);
      schema.type = types.includes("null") ? [this.#type, "null"].flat() : this.#type;
      schema.exact = true;
    }
    for (const [key, member] of Object.entries(schema.properties ?? {})) this.find(member, name, key);
    this.find(schema.items, parent, name);
    for (const key of ALTERNATIVES) for (const one of partsIn(schema[key])) this.find(one, parent, name);
  }

  #follow(reference: string, parent: string, name: string): void {
    this.references.add(reference);
    const place = `${reference} ${parent}.${name}`;
    if (this.#seen.has(place)) return;
    this.#seen.add(place);
    const steps = reference.slice(2).split("/");
    const target = steps.reduce<unknown>(
      (part, step) => (isPart(part) ? part[step] : undefined),
      this.#document,
    );
    this.find(target, parent, name);
  }
}

/**
 * Finds the document's exact decimals (`type: number`; a whole number is `integer`) and gives them the types that the
 * client has for them: text in answers, text or a number in requests. Changes the document.
 */
export function exactDecimals(document: Part): Record<"answers" | "requests", readonly string[]> {
  const answers = new Decimals(document, "string");
  const requests = new Decimals(document, ["string", "number"]);
  for (const operation of partsIn(document.paths).flatMap(partsIn)) {
    for (const schema of schemasOf(operation.requestBody)) requests.find(schema, "", "");
    for (const schema of partsIn(operation.responses).flatMap(schemasOf)) answers.find(schema, "", "");
  }
  const both = [...requests.references].filter((reference) => answers.references.has(reference));
  if (both.length > 0)
    throw new Error(`${both.join(", ")} of requests and answers: its decimals need one type`);
  return { answers: [...answers.members].sort(), requests: [...requests.members].sort() };
}
