import { describe, expect, it } from "vitest";
import {
  ApiKeys,
  AWAY_MS,
  FRESH_KEY_MS,
  KEYS_REMEMBERED_MAX,
  STALE_KEY_MS,
} from "../../src/auth/api-keys.ts";
import {
  API_KEY_RANDOM_BYTES,
  hashOfSecret,
  newApiKey,
  type StoredApiKey,
} from "../../src/domain/core/api-key.ts";
import { DatabaseAway } from "../../src/domain/core/failure.ts";

const SECRET = "a secret of the tests, 32 characters";
const env = { API_KEY_SECRET: SECRET } as unknown as Cloudflare.Env;
const T0 = Date.parse("2026-11-20T12:00:00Z");
const DAY = 86_400_000;

const random = () => crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES));

/** A database of keys that counts what it is asked, and a clock. */
function world() {
  const rows = new Map<string, StoredApiKey>();
  const notes: string[] = [];
  const state = { now: T0, asked: 0, away: false };
  const keys = new ApiKeys({
    find: async (_, id) => {
      state.asked += 1;
      if (state.away) throw new DatabaseAway(new Error("away"));
      return rows.get(id) ?? null;
    },
    noteUse: async (_, id, day) => {
      if (state.away) throw new DatabaseAway(new Error("away"));
      notes.push(`${id} ${day}`);
    },
  });
  const verify = (text: string) => keys.verify(env, text, new Date(state.now));
  return {
    ...{ rows, notes, state, keys, verify },
    make: async (changed: Partial<StoredApiKey> = {}) => {
      const { id, secret, text } = await newApiKey(random(), SECRET);
      const row: StoredApiKey = {
        ...{ id, tenant_id: "acme", hash: await hashOfSecret(secret), name: "n", scopes: ["records:read"] },
        ...{ jurisdiction: "eu", created_at: T0, created_by: null, expires_at: null, revoked_at: null },
        ...{ last_used_on: null, ...changed },
      };
      rows.set(id, row);
      return { id, text };
    },
    verdict: async (text: string) => {
      const verified = await verify(text);
      if (verified.ok) return "ok";
      return verified.error.kind === "refused" ? verified.error.reason.kind : verified.error.kind;
    },
  };
}

describe("a key", () => {
  it("names tenant, actor, scopes, jurisdiction and end", async () => {
    const { make, verify } = world();
    const { id, text } = await make({ expires_at: T0 + DAY });
    expect(await verify(text)).toEqual({
      ok: true,
      value: {
        tenant_id: "acme",
        subject: null,
        actor: `key:${id}`,
        scopes: new Set(["records:read"]),
        jurisdiction: "eu",
        expires_at: T0 + DAY,
        by: { key_id: id },
      },
    });
  });

  it("that is invented costs no look-up, however many are sprayed", async () => {
    const { make, verdict, state } = world();
    const { text } = await make();
    for (let tag = 0; tag < 500; tag += 1) {
      const guessed = text.slice(0, -6) + tag.toString().padStart(6, "0");
      expect(await verdict(guessed)).toBe("wrong_tag");
    }
    const others = await Promise.all(Array.from({ length: 100 }, () => newApiKey(random(), `${SECRET}!`)));
    for (const other of others) expect(await verdict(other.text)).toBe("wrong_tag");
    expect(state.asked).toBe(0);
  });

  it("that is changed in any one character is refused", async () => {
    const { make, verdict, state } = world();
    const { text } = await make();
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === "A" ? "B" : "A";
      expect(await verdict(text.slice(0, at) + other + text.slice(at + 1)), String(at)).toBe("wrong_tag");
    }
    expect([await verdict(text), state.asked]).toEqual(["ok", 1]);
  });

  it("with the right tag but without a row, or with another secret, is refused after one look-up", async () => {
    const { make, rows, verdict, state } = world();
    const unknown = await newApiKey(random(), SECRET);
    expect([await verdict(unknown.text), await verdict(unknown.text)]).toEqual(
      Array(2).fill("unknown_api_key"),
    );
    expect(state.asked).toBe(1);
    const { id, text } = await make();
    const row = rows.get(id);
    if (row) rows.set(id, { ...row, hash: await hashOfSecret("another") });
    expect(await verdict(text)).toBe("wrong_secret");
  });

  it.each([undefined, "", "  ", "short", ` ${SECRET}`, 5])(
    "cannot be verified under the setting %j, and says so",
    async (API_KEY_SECRET) => {
      const { make, keys } = world();
      const { text } = await make();
      const verified = await keys.verify({ API_KEY_SECRET } as never, text, new Date(T0));
      expect(verified).toMatchObject({
        ok: false,
        error: { kind: "misconfigured", setting: "API_KEY_SECRET" },
      });
      expect(JSON.stringify(verified)).not.toContain(SECRET);
    },
  );
});

describe("the end of a key", () => {
  it("by its own time counts at every request, remembered or not", async () => {
    const { make, verdict, state } = world();
    const { text } = await make({ expires_at: T0 + 10 });
    expect(await verdict(text)).toBe("ok");
    state.now += 9;
    expect(await verdict(text)).toBe("ok");
    state.now += 1;
    expect([await verdict(text), state.asked]).toEqual(["expired", 1]);
  });

  it("by revocation reaches an isolate that remembers it within a minute, and its own at once", async () => {
    const { make, rows, keys, verdict, state } = world();
    const { id, text } = await make();
    expect(await verdict(text)).toBe("ok");
    const row = rows.get(id);
    if (row) rows.set(id, { ...row, revoked_at: T0 });
    state.now += FRESH_KEY_MS - 1;
    expect([await verdict(text), state.asked]).toEqual(["ok", 1]);
    state.now += 1;
    expect(await verdict(text)).toBe("revoked");
    const other = await make();
    expect(await verdict(other.text)).toBe("ok");
    const second = rows.get(other.id);
    if (second) rows.set(other.id, { ...second, revoked_at: T0 });
    keys.forget([other.id]);
    expect(await verdict(other.text)).toBe("revoked");
  });
});

describe("while the database is away", () => {
  it("a remembered key serves ten minutes longer, and no longer", async () => {
    const { make, verdict, state } = world();
    const { text } = await make();
    expect(await verdict(text)).toBe("ok");
    state.away = true;
    state.now += FRESH_KEY_MS + STALE_KEY_MS - 1;
    expect(await verdict(text)).toBe("ok");
    state.now += 1;
    expect(await verdict(text)).toBe("database_away");
    state.away = false;
    expect(await verdict(text)).toBe("ok");
  });

  it("an expired key ends on time, and a revoked one stays revoked", async () => {
    const { make, verdict, state } = world();
    const expiring = await make({ expires_at: T0 + 2 * FRESH_KEY_MS });
    const revoked = await make({ revoked_at: T0 });
    expect([await verdict(expiring.text), await verdict(revoked.text)]).toEqual(["ok", "revoked"]);
    state.away = true;
    state.now += 2 * FRESH_KEY_MS;
    expect([await verdict(expiring.text), await verdict(revoked.text)]).toEqual(["expired", "revoked"]);
  });

  it("a key that is not remembered is 503, whether it exists or not, and another tenant's is no help", async () => {
    const { make, verdict, state } = world();
    const known = await make();
    const unseen = await make();
    expect(await verdict(known.text)).toBe("ok");
    state.away = true;
    expect(await verdict(unseen.text)).toBe("database_away");
    expect(await verdict((await newApiKey(random(), SECRET)).text)).toBe("database_away");
  });

  it("requests with a remembered key do not each wait for it: it is asked again some seconds later", async () => {
    const { make, verdict, state } = world();
    const { text } = await make();
    await verdict(text);
    state.away = true;
    state.now += FRESH_KEY_MS;
    for (let n = 0; n < 20; n += 1) expect(await verdict(text)).toBe("ok");
    expect(state.asked).toBe(2);
    state.now += AWAY_MS;
    expect([await verdict(text), state.asked]).toEqual(["ok", 3]);
  });
});

describe("what an isolate remembers", () => {
  it("is bounded: the key unused for longest is asked for again", async () => {
    const { make, verdict, state } = world();
    const first = await make();
    await verdict(first.text);
    for (let n = 0; n < KEYS_REMEMBERED_MAX; n += 1) await verdict((await make()).text);
    expect(state.asked).toBe(KEYS_REMEMBERED_MAX + 1);
    await verdict(first.text);
    expect(state.asked).toBe(KEYS_REMEMBERED_MAX + 2);
  });

  it("holds the day of the last use: it is written once a key and day, and never when the row has it", async () => {
    const { make, verify, keys, notes, state } = world();
    const { id, text } = await make();
    const used = await make({ last_used_on: "2026-11-20" });
    const use = async (key: string) => {
      const verified = await verify(key);
      if (verified.ok) await keys.noteUse(env, verified.value, new Date(state.now));
    };
    for (const key of [text, text, used.text, text]) await use(key);
    expect(notes).toEqual([`${id} 2026-11-20`]);
    state.now += DAY;
    for (const key of [text, used.text, text]) await use(key);
    expect(notes).toEqual([`${id} 2026-11-20`, `${id} 2026-11-21`, `${used.id} 2026-11-21`]);
  });

  it("loses nothing but a note when the database is away after the answer", async () => {
    const { make, verify, keys, notes, state } = world();
    const { text } = await make();
    const verified = await verify(text);
    state.away = true;
    if (verified.ok) await keys.noteUse(env, verified.value, new Date(state.now));
    expect(notes).toEqual([]);
  });
});
