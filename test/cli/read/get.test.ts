import { once } from "node:events";
import { createServer } from "node:http";
import { expect, it, onTestFinished, vi } from "vitest";
import { getComplete } from "../../../src/cli/read/get.ts";
import { Service } from "../../../src/cli/service.ts";

const TOKEN = `e30.${btoa(JSON.stringify({ tenant_id: "acme" }))}.e30`;

it("an incomplete answer is requested again until it is complete", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const answers = [
    { complete: false, disbursements_done: 20_000 },
    { complete: false, disbursements_done: 40_000 },
    { data: [] },
  ];
  const server = createServer((_, response) => {
    response.writeHead(200, { "Retry-After": "0" }).end(JSON.stringify(answers.shift()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const service = Service.from({ url: `http://127.0.0.1:${port}`, token: TOKEN });
  if (!service.ok) throw new Error(service.error.message);
  expect(await getComplete(service.value, "/api/portfolio")).toEqual({ ok: true, value: { data: [] } });
});
