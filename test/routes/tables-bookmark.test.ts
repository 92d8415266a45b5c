import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual } from "../support/examples.ts";

describe("read-your-writes", () => {
  it("a read takes the bookmark of a write and answers with one of its own", async () => {
    const api = new Api();
    const written = (await api.accept("client", individual)).headers.get("x-d1-bookmark") ?? "";
    const read = await api.get("/api/tables/clients/C-1", { "x-d1-bookmark": written });
    expect(read.status).toBe(200);
    const bookmark = read.headers.get("x-d1-bookmark") ?? "";
    expect(bookmark >= written && bookmark !== "").toBe(true);
    const again = await api.get("/api/tables/clients", { "x-d1-bookmark": bookmark });
    expect(again.body.data).toHaveLength(1);
  });

  it.each(["first-primary", "first-unconstrained"])("a session may start %s", async (start) => {
    const { status, headers } = await new Api().get("/api/tables/clients", { "x-d1-bookmark": start });
    expect(status).toBe(200);
    expect(headers.get("x-d1-bookmark")).toMatch(/^[0-9a-f]+(-[0-9a-f]+)+$/);
  });

  it.each([
    "latest",
    "0",
    "00000000-",
    "00000000-xyz",
    "0-0 ; drop",
    `0-${"0".repeat(200)}`,
    "first-primary,",
  ])("the bookmark %s is refused by name", async (bookmark) => {
    for (const path of ["/api/tables/clients", "/api/tables/clients/C-1"]) {
      const { status, body } = await new Api().get(path, { "x-d1-bookmark": bookmark });
      expect(status).toBe(400);
      expect(body.code).toBe("invalid_query");
      expect(body.detail).toContain("x-d1-bookmark");
    }
  });
});
