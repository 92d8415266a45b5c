import { describe, expect, it } from "vitest";
import { Line } from "../../src/webhooks/line.ts";
import { MinuteLimit } from "../../src/webhooks/minute-limit.ts";

describe("a line of requests", () => {
  const lineOf = () => {
    const clock = { now: 1_000 };
    return { clock, line: new Line({ length: 3, waitMs: 20, now: () => clock.now }) };
  };

  it("runs one after another, also after one that failed", async () => {
    const { line } = lineOf();
    const story: string[] = [];
    const step = (name: string) => async () => {
      story.push(`${name} begins`);
      await Promise.resolve();
      story.push(`${name} ends`);
      if (name === "a") throw new Error("a failed");
      return name;
    };
    const [a, b] = [line.run(step("a")), line.run(step("b"))];
    await expect(a).rejects.toThrow("a failed");
    expect(await b).toBe("b");
    expect(story).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("answers at once when it is full, and takes requests again when one is done", async () => {
    const { line } = lineOf();
    const held = Promise.withResolvers<string>();
    const waiting = [
      line.run(() => held.promise),
      line.run(async () => "second"),
      line.run(async () => "third"),
    ];
    expect(await line.run(async () => "fourth")).toBe("full");
    held.resolve("first");
    expect(await Promise.all(waiting)).toEqual(["first", "second", "third"]);
    const later = ["fifth", "sixth", "seventh", "eighth"].map((name) => line.run(async () => name));
    expect(await Promise.all(later)).toEqual(["fifth", "sixth", "seventh", "full"]);
  });

  it("does not run a request whose caller waits no longer", async () => {
    const { clock, line } = lineOf();
    const held = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const first = line.run(() => {
      begun.resolve();
      return held.promise;
    });
    await begun.promise;
    let ran = 0;
    const work = async () => {
      ran += 1;
      return "ran";
    };
    const late = line.run(work);
    clock.now += 1;
    const inTime = line.run(work);
    clock.now += 20;
    held.resolve("first");
    expect(await Promise.all([first, late, inTime])).toEqual(["first", "late", "ran"]);
    expect(ran).toBe(1);
  });
});

describe("a limit by the minute", () => {
  it("counts what was taken within the last minute, and nothing that was refused", () => {
    const limit = new MinuteLimit(2);
    const taken = [0, 30_000, 59_999, 60_000, 60_001, 89_999, 90_000].map((ms) => limit.take(1_000_000 + ms));
    expect(taken).toEqual([true, true, false, true, false, false, true]);
  });
});
