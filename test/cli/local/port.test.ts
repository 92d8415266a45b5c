import { expect, test } from "vitest";
import { requireFreePort } from "../../../src/cli/local/port.ts";
import { occupyPort } from "../../node/cli/command-line.ts";
import { freePort } from "../../support/free-port.ts";

test("a free port is accepted", async () => {
  expect(await requireFreePort(await freePort())).toEqual({ ok: true, value: undefined });
});

test("a port in use is refused with the command that avoids it", async () => {
  const { port } = await occupyPort();
  expect(await requireFreePort(port, 0)).toEqual({
    ok: false,
    error: {
      exitCode: 1,
      message: expect.stringMatching(
        new RegExp(`^Port ${port} is in use\\. Stop the other program, or run: npm start -- --port \\d+$`),
      ),
    },
  });
});

test("a port that becomes free within the grace period is accepted", async () => {
  const { port, close } = await occupyPort();
  const checked = requireFreePort(port, 60_000);
  await close();
  expect(await checked).toEqual({ ok: true, value: undefined });
});
