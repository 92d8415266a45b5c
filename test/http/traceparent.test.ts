import { describe, expect, it } from "vitest";
import { continueTrace, traceparentOf } from "../../src/http/trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const NEW_TRACE = "0102030405060708090a0b0c0d0e0f10";
const NEW_SPAN = "1112131415161718";
const random = new Uint8Array(24).map((_, index) => index + 1);

describe("traceparent", () => {
  it.each([
    ["version 00", `00-${TRACE}-${PARENT}-01`, "01"],
    ["not sampled", `00-${TRACE}-${PARENT}-00`, "00"],
    ["a later version", `01-${TRACE}-${PARENT}-01`, "01"],
    ["a later version with more to it", `cc-${TRACE}-${PARENT}-01-what-the-future-brings`, "01"],
  ])("is continued under a new span: %s", (_, traceparent, flags) => {
    const trace = continueTrace(traceparent, "a=1", random);
    expect(trace).toEqual({ trace_id: TRACE, span_id: NEW_SPAN, flags, tracestate: "a=1" });
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["upper case", `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ["version ff", `ff-${TRACE}-${PARENT}-01`],
    ["version 00 with more to it", `00-${TRACE}-${PARENT}-01-x`],
    ["a later version with more to it and no hyphen", `01-${TRACE}-${PARENT}-01x`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["a short trace id", `00-${TRACE.slice(1)}-${PARENT}-01`],
    ["a long parent id", `00-${TRACE}-${PARENT}0-01`],
    ["text before it", `x00-${TRACE}-${PARENT}-01`],
    ["no flags", `00-${TRACE}-${PARENT}`],
    ["one flag digit", `00-${TRACE}-${PARENT}-1`],
    ["a letter that is no hex digit", `00-${TRACE.replace("4", "g")}-${PARENT}-01`],
    ["white space", `00-${TRACE}-${PARENT}-01 x`],
    ["two of them", `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
  ])("starts a new trace and drops tracestate: %s", (_, traceparent) => {
    const trace = continueTrace(traceparent, "a=1", random);
    expect(trace).toEqual({ trace_id: NEW_TRACE, span_id: NEW_SPAN, flags: "01", tracestate: null });
  });

  it.each([
    ["00", "00"],
    ["01", "01"],
    ["02", "02"],
    ["03", "03"],
    ["ff", "03"],
    ["fe", "02"],
    ["f1", "01"],
    ["04", "00"],
  ])("flags %s are passed on as %s: the meaning of the others is not defined yet", (flags, passed) => {
    expect(continueTrace(`00-${TRACE}-${PARENT}-${flags}`, undefined, random).flags).toBe(passed);
    expect(continueTrace(`cc-${TRACE}-${PARENT}-${flags}-x`, undefined, random).flags).toBe(passed);
  });

  it.each([" ", "\t", " \t "])("may have white space around it: %j", (space) => {
    const header = `${space}00-${TRACE}-${PARENT}-01${space}`;
    expect(continueTrace(header, undefined, random).trace_id).toBe(TRACE);
  });

  it.each([
    ["1", "0"],
    ["0", "1"],
    ["f", "0"],
  ])("may have an id of hardly anything but zeros: %s%s", (first, last) => {
    const [trace, parent] = [first + "0".repeat(30) + last, first + "0".repeat(14) + last];
    expect(continueTrace(`00-${trace}-${parent}-01`, undefined, random).trace_id).toBe(trace);
  });

  it("is answered and handed on with the own span", () => {
    const continued = continueTrace(`cc-${TRACE}-${PARENT}-ff`, undefined, random);
    expect(traceparentOf(continued)).toBe(`00-${TRACE}-${NEW_SPAN}-03`);
    expect(traceparentOf(continueTrace(undefined, undefined, random))).toBe(`00-${NEW_TRACE}-${NEW_SPAN}-01`);
  });
});
