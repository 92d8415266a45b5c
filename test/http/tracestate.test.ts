import { describe, expect, it } from "vitest";
import { continueTrace } from "../../src/http/trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const random = new Uint8Array(24).map((_, index) => index + 1);

/** The cases of the W3C's own suite for tracestate, and the grammar of Trace Context level 2. */
describe("tracestate", () => {
  const passed = (tracestate: string) =>
    continueTrace(`00-${TRACE}-${PARENT}-00`, tracestate, random).tracestate;
  const range = (from: number, to: number) =>
    String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index));
  const keyCharacters = `${range(0x61, 0x7a)}0123456789_-*/`;
  const value = `${range(0x20, 0x2b)}${range(0x2d, 0x3c)}${range(0x3e, 0x7e)}`;
  const members = (count: number) =>
    Array.from({ length: count }, (_, index) => `bar${index}=${index}`).join(",");

  it.each([
    ["one member", "foo=1"],
    ["several members", "foo=1,bar=2"],
    ["several headers, joined", "foo=1,bar=2, rojo=1,congo=2, baz=3"],
    ["an empty member at the end", "foo=1,"],
    ["an empty member at the start", ", foo=1"],
    ["empty members between", "foo=1,, \t ,bar=2"],
    ["every character of a key", `${keyCharacters}=1`],
    ["every character of a key with a vendor", `${keyCharacters}@a-z0-9_-*/=1`],
    ["keys that begin with a digit", "0t@v=1,0foo=1"],
    ["a key that ends with an at sign", "foo@=1,bar=2"],
    ["at signs anywhere but at the start", "foo@@bar=1,foo@bar@baz=1,foo@0bar=2"],
    ["every character of a value", `foo=${value}`],
    ["spaces and tabs around members", "foo=1 \t , \t bar=2, \t baz=3"],
    ["spaces and tabs, the other way round", "foo=1\t \t,\t \tbar=2,\t \tbaz=3"],
    ["white space around it all", "\t foo=1 \t"],
    ["a space within a value", "foo=a b"],
    ["32 members", members(32)],
    ["32 members and empty ones", `${members(32)},,`],
    ["a key of 256 characters", `foo=1,${"z".repeat(256)}=1`],
    ["a tenant of 241 and a vendor of 14 characters", `foo=1,${"t".repeat(241)}@${"v".repeat(14)}=1`],
    ["a vendor of 254 characters", `foo=1,t@${"v".repeat(254)}=1`],
    ["a value of 256 characters", `foo=${"v".repeat(256)}`],
  ])("passes unchanged: %s", (_, tracestate) => {
    expect(passed(tracestate)).toBe(tracestate);
  });

  it.each([
    ["an empty one", "", null],
    ["nothing but empty members", " , ,", null],
    ["a key that comes again", "foo=1,bar=2,foo=1", "foo=1,bar=2"],
    ["a key that comes again with another value", "foo=1, foo=2", "foo=1"],
    ["a space in a key", "foo =1", null],
    ["an upper-case key", "FOO=1,\tbar=2", "bar=2"],
    ["a dot in a key", "foo.bar=1,bar=2", "bar=2"],
    ["a key that begins with an at sign", "@foo=1,bar=2", "bar=2"],
    ["a key that begins with a sign", "_foo=1,bar=2", "bar=2"],
    ["a key of 257 characters", `foo=1,${"z".repeat(257)}=1,bar=2`, "foo=1,bar=2"],
    ["a second equals sign", "foo=bar=baz,bar=3", "bar=3"],
    ["an empty value", "foo=,bar=3", "bar=3"],
    ["a value of 257 characters", `foo=${"v".repeat(257)},bar=3`, "bar=3"],
    ["no equals sign", "foo,bar=3", "bar=3"],
    ["no key", "=1,bar=3", "bar=3"],
    ["a character outside ASCII", "foo=é,bar=3", "bar=3"],
    ["a tab within a value", "foo=a\tb,bar=3", "bar=3"],
    ["a bad one among 33", `${members(32)},FOO=1`, members(32)],
    ["33 members", members(33), null],
  ])("loses what is not valid, and the trace continues: %s", (_, tracestate, left) => {
    expect(passed(tracestate)).toBe(left);
    expect(continueTrace(`00-${TRACE}-${PARENT}-00`, tracestate, random).trace_id).toBe(TRACE);
  });
});
