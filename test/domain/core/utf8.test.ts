import { expect, it } from "vitest";
import { utf8Length } from "../../../src/domain/core/utf8.ts";

it.each(["", "abc", "\u007f\u0080\u07ff\u0800\uffff", "café", "漢字 €", "😀 and \u{10ffff}", "a\0b\n"])(
  "counts the bytes of %j",
  (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  },
);
