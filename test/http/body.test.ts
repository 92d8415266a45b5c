import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { send } from "../support/requests.ts";

const LIMIT_BYTES = 64 * 1024;
const event = { category: "client", data: individual };
const text = JSON.stringify(event);

/** The event as JSON text of exactly so many bytes: white space counts. */
const ofBytes = (bytes: number) => text + " ".repeat(bytes - text.length);

async function postBytes(body: BodyInit, contentType = "application/json") {
  const api = new Api();
  const headers = await api.headers({ "Content-Type": contentType, "Idempotency-Key": newKey() });
  return send("/ingest", { method: "POST", headers, body });
}

/** The body in pieces, which states no length. */
function chunked(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

const utf8 = (value: string) => new TextEncoder().encode(value);

describe("size", () => {
  it("accepts exactly 64 KiB", async () => {
    expect((await postBytes(ofBytes(LIMIT_BYTES))).status).toBe(201);
    expect((await postBytes(chunked(utf8(ofBytes(LIMIT_BYTES)), 1000))).status).toBe(201);
  });

  it("refuses one byte more, whether the length is stated or not", async () => {
    const over = ofBytes(LIMIT_BYTES + 1);
    for (const body of [over, chunked(utf8(over), 1000), chunked(utf8(over), LIMIT_BYTES)]) {
      const answer = await postBytes(body);
      expect([answer.status, answer.body.code]).toEqual([413, "payload_too_large"]);
    }
  });

  it("stops reading a chunked body that has no end", async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(8192).fill(32)),
    });
    expect((await postBytes(endless)).status).toBe(413);
  });

  it("refuses an absent body as malformed JSON", async () => {
    for (const body of ["", "   "]) {
      const answer = await postBytes(body);
      expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
    }
  });
});

describe("media type", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    " application/json ",
  ])("takes %j", async (type) => {
    expect((await postBytes(text, type)).status).toBe(201);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json; charset=iso-8859-1",
    "application/json, text/plain",
    "text/json",
    "json",
  ])("refuses %j", async (type) => {
    const answer = await postBytes(text, type);
    expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
  });

  it.each(["identity", "Identity", "IDENTITY"])("takes Content-Encoding: %s", async (encoding) => {
    const headers = { "Content-Encoding": encoding };
    expect((await new Api().post("/ingest", text, newKey(), headers)).status).toBe(201);
  });

  it.each(["gzip", "br", "identity, gzip", "identity;q=1"])(
    "refuses Content-Encoding: %s",
    async (encoding) => {
      const answer = await new Api().post("/ingest", text, newKey(), { "Content-Encoding": encoding });
      expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
    },
  );

  it("refuses a body without a declared type", async () => {
    const headers = await new Api().headers({ "Idempotency-Key": newKey() });
    const answer = await send("/ingest", { method: "POST", headers, body: utf8(text) });
    expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
  });
});

describe("JSON", () => {
  const withName = (json: string) => text.replace('"John Doe"', json);

  it.each([
    ["cut off", text.slice(0, -1)],
    ["two values", `${text}${text}`],
    ["a trailing comma", text.replace("}}", ",}}")],
    ["a comment", `/* hi */${text}`],
    ["single quotes", text.replaceAll('"', "'")],
    ["NaN", withName("NaN")],
    ["Infinity", withName("-Infinity")],
    ["a leading zero", withName("01")],
    ["a leading plus", withName("+1")],
    ["a leading point", withName(".5")],
    ["a trailing point", withName("5.")],
    ["hexadecimal", withName("0x10")],
    ["undefined", withName("undefined")],
    ["a control character in a text", withName('"a\nb"')],
    ["an unknown escape", withName('"\\x41"')],
    ["half an escape", withName('"\\u12"')],
    ["a no-break space between tokens", `\u00a0${text}`],
    ["a byte order mark in the middle", text.replace(",", ",\ufeff")],
  ])("refuses %s", async (_, body) => {
    const answer = await postBytes(body);
    expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
  });

  it.each([
    ["a lone byte", [0xff]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["half a character", [0xe2, 0x82]],
  ])("refuses bytes that are not UTF-8: %s", async (_, bytes) => {
    const [before = "", after = ""] = text.split("John");
    const body = new Uint8Array([...utf8(`${before}Jo`), ...bytes, ...utf8(`hn${after}`)]);
    const answer = await postBytes(body);
    expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
  });

  it("refuses UTF-16", async () => {
    const body = new Uint8Array([...text].flatMap((character) => [character.charCodeAt(0), 0]));
    expect((await postBytes(body)).body.code).toBe("malformed_json");
  });

  it("takes a byte order mark at the start, which RFC 8259 lets a reader ignore", async () => {
    expect((await postBytes(`\ufeff${text}`)).status).toBe(201);
  });

  it.each([
    ["in the envelope", text.replace("{", '{"category":"payment",')],
    ["in data", withName('"A","name":"B"')],
    ["written with an escape", withName('"A","n\\u0061me":"B"')],
    ["deep in info", withName('"A","info":{"a":[{"x":1,"x":2}]}')],
    [
      "with numbers that a float cannot tell apart",
      withName('"A","info":{"x":9007199254740992,"x":9007199254740993}'),
    ],
  ])("refuses one member with two values %s", async (_, body) => {
    const answer = await postBytes(body);
    expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
  });

  it.each([
    ["in the envelope", text.replace("{", '{"__proto__":{"category":"payment"},')],
    ["in data", withName('"A","__proto__":{"is_company":true}')],
    ["escaped", withName('"A","\\u005f_proto__":{}')],
    ["in info", withName('"A","info":{"a":{"__proto__":1}}')],
  ])("refuses a member named __proto__ %s", async (_, body) => {
    expect((await postBytes(body)).body.code).toBe("malformed_json");
    expect(({} as Record<string, unknown>).is_company).toBeUndefined();
  });

  it.each(['"\\ud800"', '"a\\udc00b"', '"\\ud83d"', '"\\udc00\\ud800"'])(
    "refuses half a surrogate pair: %s",
    async (name) => {
      expect((await postBytes(withName(name))).body.code).toBe("malformed_json");
      const info = withName(`"A","info":{${name}:1}`);
      expect((await postBytes(info)).body.code).toBe("malformed_json");
    },
  );

  it("takes a whole surrogate pair, escaped or not", async () => {
    expect((await postBytes(withName('"\\ud83d\\ude00 😀"'))).status).toBe(201);
  });

  it("refuses nesting as deep as 64 KiB can hold, and does not crash", async () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep = Math.floor((LIMIT_BYTES - 1) / (open.length + close.length));
      const body = `${open.repeat(deep)}1${close.repeat(deep)}`;
      expect((await postBytes(body)).body.code).toBe("malformed_json");
      expect((await postBytes(open.repeat(deep))).body.code).toBe("malformed_json");
    }
  });

  it("accepts info with realistic nesting", async () => {
    const depth = 20;
    const info = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect((await postBytes(withName(`"A","info":${info}`))).status).toBe(201);
  });
});
