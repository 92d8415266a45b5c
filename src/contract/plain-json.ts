import { LosslessNumber } from "lossless-json";

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What a string can hold only as an escape (RFC 8259 section 7), and the escape itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const NOT_PLAIN = /[\u0000-\u001f\\]/;
const KEYWORDS: readonly (readonly [text: string, value: boolean | null])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

interface Reader {
  readonly text: string;
  at: number;
}

/**
 * Reads JSON as nearly every body is written: well-formed, no escapes, no member twice, containers at most `depthMax` deep,
 * none of it named `__proto__`. Undefined for any other text, right or wrong: a slower reader says what is to be said of
 * it. Strings are pieces of the text, where that reader puts each together character by character. Numbers become
 * `LosslessNumber`.
 */
export function readPlainJson(text: string, depthMax: number): unknown {
  if (!text.isWellFormed()) return undefined;
  const reader = { text, at: 0 };
  const value = readValue(reader, depthMax);
  return nextCode(reader) === END ? value : undefined;
}

const END = -1;

/** The code of the next character that is no white space, where the reader then stands. */
function nextCode(reader: Reader): number {
  const { text } = reader;
  for (; reader.at < text.length; reader.at += 1) {
    const code = text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
  }
  return END;
}

/** Steps over the next character if it is this one. */
function takes(reader: Reader, character: string): boolean {
  if (nextCode(reader) !== character.charCodeAt(0)) return false;
  reader.at += 1;
  return true;
}

function readValue(reader: Reader, depthLeft: number): unknown {
  switch (nextCode(reader)) {
    case QUOTE:
      return readString(reader);
    case OPEN_BRACE:
      return depthLeft === 0 ? undefined : readObject(reader, depthLeft - 1);
    case OPEN_BRACKET:
      return depthLeft === 0 ? undefined : readArray(reader, depthLeft - 1);
    default:
      return readNumber(reader) ?? readKeyword(reader);
  }
}

/** The string that begins here. */
function readString(reader: Reader): string | undefined {
  const start = reader.at + 1;
  const end = reader.text.indexOf('"', start);
  if (end < 0) return undefined;
  const string = reader.text.slice(start, end);
  reader.at = end + 1;
  return NOT_PLAIN.test(string) ? undefined : string;
}

function readNumber(reader: Reader): LosslessNumber | undefined {
  NUMBER.lastIndex = reader.at;
  if (!NUMBER.test(reader.text)) return undefined;
  const digits = reader.text.slice(reader.at, NUMBER.lastIndex);
  reader.at = NUMBER.lastIndex;
  return new LosslessNumber(digits);
}

function readKeyword(reader: Reader): boolean | null | undefined {
  const found = KEYWORDS.find(([text]) => reader.text.startsWith(text, reader.at));
  if (found === undefined) return undefined;
  reader.at += found[0].length;
  return found[1];
}

function readObject(reader: Reader, depthLeft: number): object | undefined {
  const object: Record<string, unknown> = {};
  reader.at += 1;
  if (takes(reader, "}")) return object;
  do {
    const name = nextCode(reader) === QUOTE ? readString(reader) : undefined;
    if (name === undefined || name === "__proto__" || Object.hasOwn(object, name)) return undefined;
    const value = takes(reader, ":") ? readValue(reader, depthLeft) : undefined;
    if (value === undefined) return undefined;
    object[name] = value;
  } while (takes(reader, ","));
  return takes(reader, "}") ? object : undefined;
}

function readArray(reader: Reader, depthLeft: number): unknown[] | undefined {
  const array: unknown[] = [];
  reader.at += 1;
  if (takes(reader, "]")) return array;
  do {
    const value = readValue(reader, depthLeft);
    if (value === undefined) return undefined;
    array.push(value);
  } while (takes(reader, ","));
  return takes(reader, "]") ? array : undefined;
}
