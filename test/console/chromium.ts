import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

/** The one that draws nothing but pages comes first: it takes two thirds of the time. */
const PLACES = [
  ...["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"],
  ...["/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
];
/** No account, no updates, nothing that calls home. */
const ARGUMENTS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

const found = () => PLACES.find((place) => existsSync(place));

/** Debian's chromium, from its packages; only a machine that is thrown away afterwards gets packages from a test. */
async function install(): Promise<void> {
  const root = process.getuid?.() === 0;
  const run = (...words: readonly string[]) =>
    promisify(execFile)(root ? "apt-get" : "sudo", [...(root ? [] : ["-n", "apt-get"]), ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  await run("update");
  const install = (name: string) =>
    run("install", "--yes", "--no-install-recommends", name, "fonts-dejavu-core");
  await install("chromium-headless-shell").catch(() => install("chromium"));
}

/** The path of a browser, or null after one plain line that says what is missing. */
export async function findChromium(): Promise<string | null> {
  let reason = "";
  if (found() === undefined && process.env.CI === "true") {
    await install().catch((error: Error) => {
      reason = ` (installing it failed: ${error.message.split("\n")[0]})`;
    });
  }
  const place = found();
  if (place !== undefined) return place;
  console.warn(
    `The console's tests are skipped: install chromium, for example "apt-get install chromium"${reason}.`,
  );
  return null;
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ timeout: 300_000, executablePath, args: ARGUMENTS });
