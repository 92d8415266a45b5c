/** Makes validators of every documented answer, as code: workerd evaluates no text, so ajv cannot compile there. Node only. */
import Ajv2020 from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import addFormats from "ajv-formats";
import { build } from "esbuild";
import { referenceDocument } from "../../src/reference/document.ts";

const DOCUMENT = "openapi.json";
const pointer = (...parts: readonly string[]) =>
  parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Newline-delimited JSON is described by its line. */
const JSON_MEDIA = ["application/json", "application/x-ndjson"];

type Header = { readonly $ref: string } | { readonly required?: boolean };

interface Documented {
  readonly content?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, Header>>;
}

/**
 * An ES module: `validators` holds a function for each JSON answer by `<operationId> <status>`, one for each header, and
 * one named `Problem`; `headers` says which headers an answer has, and whether it always has them.
 */
export async function answerValidators(): Promise<string> {
  const document = referenceDocument("0.0.0");
  const ajv = new Ajv2020({ strict: false, allErrors: true, code: { source: true, esm: true } });
  addFormats(ajv);
  ajv.addSchema(document, DOCUMENT);
  const names = new Map<string, string>();
  const add = (key: string, path: string) => {
    const name = `v${names.size}`;
    names.set(key, name);
    ajv.addSchema({ $id: name, $ref: `${DOCUMENT}#${path}` });
  };
  add("Problem", pointer("components", "schemas", "Problem"));
  const known = document.components?.headers ?? {};
  for (const name of Object.keys(known)) add(name, pointer("components", "headers", name, "schema"));
  const headers: Record<string, Record<string, boolean>> = {};
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      for (const [status, answer] of Object.entries(operation.responses ?? {})) {
        const documented = answer as Documented;
        const references = Object.entries(documented.headers ?? {});
        headers[`${operation.operationId} ${status}`] = Object.fromEntries(
          references.map(([name, header]) => [name, isRequired(known, header)]),
        );
        const media = JSON_MEDIA.find((one) => documented.content?.[one] !== undefined);
        if (media === undefined) continue;
        const place = ["paths", path, method, "responses", status, "content", media, "schema"];
        add(`${operation.operationId} ${status}`, pointer(...place));
      }
    }
  }
  const exported = Object.fromEntries([...names.values()].map((name) => [name, name]));
  const code = standalone(ajv, exported);
  const table = [...names].map(([key, name]) => `${JSON.stringify(key)}: ${name}`).join(",\n");
  const { outputFiles } = await build({
    stdin: {
      contents: `${code}\nexport const validators = {${table}};\nexport const headers = ${JSON.stringify(headers)};`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

function isRequired(known: Readonly<Record<string, unknown>>, header: Header): boolean {
  if (!("$ref" in header)) return header.required === true;
  const own = known[header.$ref.replace("#/components/headers/", "")] as { required?: boolean } | undefined;
  if (!own) throw new Error(`the document has no ${header.$ref}`);
  return own.required === true;
}
