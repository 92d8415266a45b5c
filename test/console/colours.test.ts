import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Three = readonly [number, number, number];

/**
 * How the colours of a screen look to those who see no red, no green or no blue, in linear light: Machado, Oliveira and
 * Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.0.
 */
const EYES: Readonly<Record<string, readonly [Three, Three, Three]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const SERIES = 8;
/** WCAG 2.2, 1.4.11: graphical objects. */
const CONTRAST_MIN = 3;
/** In OKLab, where 0.02 is about what can just be seen side by side. */
const DISTANCE_MIN = 0.07;

const product = (rows: readonly Three[], [a, b, c]: Three) =>
  rows.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Three;

/** Linear light of `#rrggbb` (IEC 61966-2-1). */
function light(hex: string): Three {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Björn Ottosson, "A perceptual color space for image processing", 2020. */
function oklab(rgb: Three): Three {
  const cones = product(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return product(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Three,
  );
}

function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = light(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

const style = readFileSync("src/console/style/colours.css", "utf8");
const [day = "", night = ""] = style.split("@media");

describe.each([
  ["light", day],
  ["dark", night],
])("the colours of curves, %s,", (_, rules) => {
  const colour = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(rules)?.[1] ?? "none";
  const series = Array.from({ length: SERIES }, (_, at) => colour(`series-${at + 1}`));

  it("stand out from the card", () => {
    const faint = series.filter((one) => !(contrast(one, colour("card")) >= CONTRAST_MIN));
    expect(faint).toEqual([]);
  });

  it.each(Object.entries(EYES))("can be told apart with %s eyes", (_, eyes) => {
    const seen = series.map((hex) =>
      oklab(product(eyes, light(hex)).map((one) => Math.min(1, Math.max(0, one))) as unknown as Three),
    );
    const alike = series.flatMap((one, at) =>
      series.slice(at + 1).flatMap((other, after) => {
        const [a, b] = [seen[at] ?? [], seen[at + 1 + after] ?? []];
        const distance = Math.hypot(...a.map((value, part) => value - (b[part] ?? Number.NaN)));
        return distance >= DISTANCE_MIN ? [] : [`${one} and ${other}`];
      }),
    );
    expect(alike).toEqual([]);
  });
});
