import { describe, expect, it } from "vitest";
import type { Submission } from "../../src/tenant/submission.ts";
import { WaitingRoom } from "../../src/tenant/waiting-room.ts";
import { individual } from "../support/examples.ts";
import { oneTo, submissionOf } from "../support/gate.ts";

const model = await submissionOf("client", individual);

function push(room: WaitingRoom, count: number): void {
  const submission: Submission = model;
  for (const _ of oneTo(count)) room.push({ submission, bytes: 1, since: 0, settle: () => {} });
}

/** Whether gathering lets a turn of the event loop pass. */
async function waits(room: WaitingRoom, before: number): Promise<boolean> {
  let hasTurned = false;
  setTimeout(() => {
    hasTurned = true;
  }, 0);
  await room.gather(before);
  return hasTurned;
}

describe("gathering for the next group", () => {
  it.each([
    ["nothing waits", 0],
    ["half a group waits", 50],
  ])("takes no time where %s", async (_, count) => {
    const room = new WaitingRoom();
    push(room, count);
    expect(await waits(room, 100)).toBe(false);
  });

  it("takes a moment where some wait, and takes in what comes meanwhile", async () => {
    const room = new WaitingRoom();
    push(room, 1);
    setTimeout(() => push(room, 2), 0);
    expect(await waits(room, 1)).toBe(true);
    expect(room.nextGroup()).toHaveLength(3);
  });

  it("ends when as many wait as were in the group before", async () => {
    const room = new WaitingRoom();
    push(room, 1);
    const gathered = room.gather(4);
    const later = scheduler.wait(1).then(() => push(room, 3));
    await gathered;
    const group = room.nextGroup();
    await later;
    expect(group).toHaveLength(4);
  });

  it("ends when nobody comes", async () => {
    const room = new WaitingRoom();
    push(room, 1);
    await room.gather(40);
    expect(room.nextGroup()).toHaveLength(1);
  });
});
