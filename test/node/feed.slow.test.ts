import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { TenantApi } from "../crash/api.ts";
import { Follower } from "../crash/follow.ts";
import { ingest } from "../crash/load.ts";
import { LocalService } from "../crash/service.ts";
import { individual } from "../support/examples.ts";
import { size } from "../support/sizes.ts";

const KILLS = size(1, 20);
const EVENTS = 15 * (KILLS + 1);

test("a consumer that follows the feed while the service is killed again and again sees every sequence once, in order", async () => {
  const service = await LocalService.create();
  const over = new AbortController();
  try {
    await service.start();
    const token = await service.token();
    const api = new TenantApi(service.url, token);
    const follower = new Follower(service.url, token);
    let accepted = 0;
    const write = async () => {
      for (let n = 1; n <= EVENTS && !over.signal.aborted; n += 1) {
        const step = ingest(`feed-key-${n}`, "client", { ...individual, client_id: `C-${n}` });
        while ((await api.send(step)) === null) await pause(50);
        accepted += 1;
        await pause(20);
      }
    };
    const kill = async () => {
      for (let kills = 1; kills <= KILLS; kills += 1) {
        while (accepted < (EVENTS * kills) / (KILLS + 1)) await pause(5);
        await service.end("SIGKILL");
        await service.start();
      }
    };
    await Promise.all([write(), kill(), follower.follow(EVENTS, over.signal)]);
    expect(follower.seen.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: EVENTS }, (_, index) => index + 1),
    );
    expect(new Set(follower.seen.map(({ key_hash }) => key_hash)).size).toBe(EVENTS);
    expect(follower.cut).toBeGreaterThan(0);
    expect(follower.woken).toBeGreaterThan(0);
  } finally {
    over.abort();
    await service.dispose();
  }
});
