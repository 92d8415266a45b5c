import { describe, expect, it } from "vitest";
import { destinationFault, publicHosts } from "../../src/webhooks/destination.ts";

const RULES = { allowLoopback: false, ownHosts: ["ledger.example.com", "api.example.com"] };
const LOOPBACK = { ...RULES, allowLoopback: true };

describe("a webhook may go to", () => {
  it.each([
    "https://example.com",
    "https://example.com/hooks?x=1",
    "https://EXAMPLE.com./hooks",
    "https://example.com:443/",
    "https://example.com:8443/",
    "https://bücher.example/",
    "https://internal.example.com/",
    "https://localhost.example.com/",
    "https://127.0.0.1.example.com/",
    "https://other.ledger.example.com/",
    `https://${"a".repeat(63)}.example.com`,
    `https://${"a.".repeat(125)}com`,
    "https://lan.example.com/",
    "https://www.1and1.example.com/",
    "https://not-local.mylocal/",
    "https://a.b.home.example/",
    `https://example.com/${"x".repeat(2048 - 20)}`,
  ])("%s", (url) => {
    expect(destinationFault(url, RULES)).toBeNull();
  });
});

describe("a webhook may not go to", () => {
  it.each([
    // No URL, another scheme.
    ["", "must be a URL"],
    ["example.com", "must be a URL"],
    ["//example.com", "must be a URL"],
    ["https://", "must be a URL"],
    ["http://example.com", "https://"],
    ["ftp://example.com", "https://"],
    ["javascript:alert(1)", "https://"],
    ["file:///etc/passwd", "https://"],
    // User info.
    ["https://user@example.com", "user name"],
    ["https://user:password@example.com", "user name"],
    ["https://:password@example.com", "user name"],
    ["https://example.com@127.0.0.1/", "user name"],
    // Ports.
    ["https://example.com:80", "port"],
    ["https://example.com:22", "port"],
    ["https://example.com:8080", "port"],
    ["https://example.com:0", "port"],
    // IP literals in every spelling.
    ["https://127.0.0.1", "IP address"],
    ["https://127.0.0.1.", "IP address"],
    ["https://127.1", "IP address"],
    ["https://2130706433", "IP address"],
    ["https://0x7f000001", "IP address"],
    ["https://0x7f.1", "IP address"],
    ["https://0177.0.0.1", "IP address"],
    ["https://017700000001", "IP address"],
    ["https://%31%32%37.0.0.1", "IP address"],
    ["https://１２７.0.0.1", "IP address"],
    ["https://①②⑦.0.0.1", "IP address"],
    ["https://10.0.0.1", "IP address"],
    ["https://169.254.169.254/latest/meta-data", "IP address"],
    ["https://0/", "IP address"],
    ["https://8.8.8.8", "IP address"],
    ["https://[::1]/", "IP address"],
    ["https://[::]/", "IP address"],
    ["https://[::ffff:127.0.0.1]/", "IP address"],
    ["https://[::ffff:7f00:1]/", "IP address"],
    ["https://[fd00::1]/", "IP address"],
    ["https://[2606:4700::1111]:8443/", "IP address"],
    // Names that lead inside.
    ["https://localhost", "public host name"],
    ["https://LOCALHOST", "public host name"],
    ["https://localhost.", "public host name"],
    ["https://localhost..", "public host name"],
    ["https://localhost%2e", "public host name"],
    ["https://ｌocalhost", "public host name"],
    ["https://a.localhost", "public host name"],
    ["https://a.localhost.", "public host name"],
    ["https://printer.local", "public host name"],
    ["https://PRINTER.LOCAL.", "public host name"],
    ["https://metadata.google.internal", "public host name"],
    ["https://metadata.google.internal./", "public host name"],
    ["https://a。internal", "public host name"],
    ["https://intranet", "public host name"],
    ["https://intranet.", "public host name"],
    ["https://router.home.arpa", "public host name"],
    ["https://1.0.0.10.in-addr.arpa", "public host name"],
    ["https://nas.lan", "public host name"],
    ["https://mail.corp", "public host name"],
    ["https://nas.home", "public host name"],
    ["https://box.localdomain", "public host name"],
    ["https://api.default.svc", "public host name"],
    ["https://x.onion", "public host name"],
    // Names that no name server has.
    ["https://a..b", "public host name"],
    ["https://.example.com", "public host name"],
    ["https://example.com..", "public host name"],
    [`https://${"a".repeat(64)}.example.com`, "public host name"],
    [`https://${"a.".repeat(125)}comm`, "public host name"],
    // The service itself.
    ["https://ledger.example.com/ingest", "own host"],
    ["https://LEDGER.example.com./ingest", "own host"],
    ["https://ledger.example.com:8443/", "own host"],
    ["https://api.example.com/", "own host"],
    [`https://example.com/${"x".repeat(2048 - 19)}`, "2048 characters"],
    [`https://example.com/${"ü".repeat(1000)}`, "2048 characters"],
  ])("%s", (url, reason) => {
    expect(destinationFault(url, RULES)).toContain(reason);
  });
});

describe("with the setting for a service on one's own machine, a webhook may go to", () => {
  it.each(["http://localhost", "http://localhost:3000/x", "http://127.0.0.1:9999", "http://127.1:80"])(
    "%s, and not without the setting",
    (url) => {
      expect([destinationFault(url, LOOPBACK), destinationFault(url, RULES) === null]).toEqual([null, false]);
    },
  );

  it.each([
    "http://127.0.0.2",
    "http://[::1]",
    "http://a.localhost",
    "http://10.0.0.1",
    "http://example.com",
    "https://localhost",
    "http://user@localhost",
  ])("but not to %s", (url) => {
    expect(destinationFault(url, LOOPBACK)).not.toBeNull();
  });
});

describe("the service's own hosts, from PUBLIC_ORIGIN, are", () => {
  it.each<[unknown, readonly string[]]>([
    [undefined, []],
    ["", []],
    [" , ", []],
    ["https://ledger.example.com", ["ledger.example.com"]],
    ["https://ledger.example.com/", ["ledger.example.com"]],
    [" http://localhost:8787 ,, https://api.example.com.,", ["localhost", "api.example.com"]],
  ])("of %j: %j", (setting, hosts) => {
    expect(publicHosts(setting)).toEqual({ ok: true, value: hosts });
  });

  it.each<[unknown, string]>([
    [5, "must be a string"],
    [null, "must be a string"],
    ["ledger.example.com", "must be origins"],
    ["https://ledger.example.com/path", "must be origins"],
    ["https://ledger.example.com?x", "must be origins"],
    ["https://user@ledger.example.com", "must be origins"],
    ["https://LEDGER.example.com", "must be origins"],
    ["https://a.example.com,b", "must be origins"],
    ["https://a.example.com//", "must be origins"],
    ["https://x/y.example.com/", "must be origins"],
    ["mailto:a@example.com", "must be origins"],
  ])("not read from %j", (setting, reason) => {
    expect(publicHosts(setting)).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});
