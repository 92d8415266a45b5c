import { expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { bulkEntryId, disbursementCommand, postInBulk } from "./bulk.ts";

const PATH = "/v1/journal-entries";

it("a page that looks for an account ends after 20,000 entries, and the next one continues", async () => {
  const tenant = newTenant();
  await postInBulk(
    tenant,
    oneTo(20_100).map(() => disbursementCommand),
  );
  const api = new Api(tenant);
  for (const days of ["", "&to_date=2024-12-31"]) {
    const { body } = await api.get(`${PATH}?account_code=5100${days}`);
    expect(body).toEqual({ items: [], next_page_token: expect.any(String) });
    const next = await api.get(`${PATH}?account_code=5100${days}&page_token=${body.next_page_token}`);
    expect(next.body).toEqual({ items: [] });
  }
  const found = await api.get(`${PATH}?account_code=1100&to_date=2024-12-31&page_size=1`);
  expect(found.body.items[0].journal_entry_id).toBe(bulkEntryId(1));
});
