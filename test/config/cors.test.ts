import { expect, it } from "vitest";
import { readCorsOrigins } from "../../src/config/cors.ts";

it.each<[unknown, readonly string[]]>([
  [undefined, []],
  ["", []],
  [" ", []],
  ["https://app.example.com", ["https://app.example.com"]],
  ["https://a.example http://localhost:5173", ["https://a.example", "http://localhost:5173"]],
])("CORS_ORIGINS %j allows %j", (setting, origins) => {
  expect(readCorsOrigins(setting)).toEqual({ ok: true, value: new Set(origins) });
});

it.each([
  "*",
  "null",
  "https://app.example.com/",
  "https://app.example.com/path",
  "https://*.example.com",
  "https://App.example.com",
  "https://app.example.com:443",
  "app.example.com",
  "ftp://app.example.com",
  "https://me@app.example.com",
  "https://a.example  https://b.example",
  "https://a.example,https://b.example",
  " https://a.example",
  5,
])("CORS_ORIGINS %j is malformed", (setting) => {
  expect(readCorsOrigins(setting).ok).toBe(false);
});
