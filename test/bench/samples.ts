import type { Scenario, ServiceName, Side } from "./comparisons.ts";
import { load, type Measured, send } from "./load.ts";
import type { Aim, Figures, Row } from "./report.ts";
import type { Service } from "./variants.ts";

export type Services = Readonly<Partial<Record<ServiceName, Service>>>;

/** A measurement, with the CPU time that the service took for each event, in microseconds. */
export type Sample = Measured & { readonly cpuUs: number };

export async function sampled(
  service: Service,
  size: number,
  measure: () => Promise<Measured>,
): Promise<Sample> {
  const before = service.cpuMs();
  const measured = await measure();
  const used = (service.cpuMs() ?? Number.NaN) - (before ?? Number.NaN);
  const events = measured.requests * size;
  return { ...measured, perSecond: measured.perSecond * size, cpuUs: (used * 1000) / events };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

const figures = (samples: readonly Sample[]): Figures => ({
  perSecond: median(samples.map(({ perSecond }) => perSecond)),
  p50: median(samples.map(({ p50 }) => p50)),
  p99: median(samples.map(({ p99 }) => p99)),
  cpuUs: median(samples.map(({ cpuUs }) => cpuUs)),
});

export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
}

/** The samples of each side: within a round they take turns, and from round to round the turns are reversed. */
export async function samplesOf(
  scenario: Scenario,
  services: Services,
  { rounds, seconds }: Pace,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const sides = Object.entries(scenario.sides);
  const samples = new Map<string, Sample[]>(sides.map(([name]) => [name, []]));
  const take = async ({ to, send: requests, connections = scenario.connections }: Side, length: number) => {
    const service = services[to];
    if (!service) throw new Error(`${to} is not running`);
    return sampled(service, requests.size ?? 1, async () => {
      // Sees that the answers are the expected ones, which wrk does not: it counts those that refuse.
      await send(service.port, 1, { count: 1 }, requests);
      return load(service.port, connections, length, requests);
    });
  };
  for (const [, side] of sides) await take(side, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, side] of round % 2 === 0 ? sides : sides.toReversed()) {
      samples.get(name)?.push(await take(side, seconds));
    }
  }
  return samples;
}

/** What the aim is about, in one round: a ratio, or a figure of this project. */
function judged({ measure }: Aim, ours: Sample, other: Sample | undefined): number {
  if (measure === "cpu") return ours.cpuUs;
  if (other === undefined) return Number.NaN;
  if (measure === "rate") return ours.perSecond / other.perSecond;
  return measure === "p99" ? ours.p99 / other.p99 : ours.p50 / other.p50;
}

export function rowOf(name: string, aim: Aim, ours: readonly Sample[], others: readonly Sample[]): Row {
  const values = ours.map((one, round) => judged(aim, one, others[round]));
  return {
    name,
    aim,
    value: median(values),
    range: [Math.min(...values), Math.max(...values)],
    ours: figures(ours),
    other: others.length > 0 ? figures(others) : null,
  };
}

/** Worse than before: slower or dearer in the median by more than a twentieth, and in each round. */
export interface Before {
  readonly name: string;
  /** Events a second and CPU time an event, now to before; CPU turned round, so that more is better in both. */
  readonly rate: readonly number[];
  readonly cpu: readonly number[];
  readonly isWorse: boolean;
}

export function before(name: string, ours: readonly Sample[], earlier: readonly Sample[]): Before {
  const rate = ours.map(({ perSecond }, round) => perSecond / (earlier[round]?.perSecond ?? Number.NaN));
  const cpu = ours.map(({ cpuUs }, round) => (earlier[round]?.cpuUs ?? Number.NaN) / cpuUs);
  const fell = (ratios: readonly number[]) => median(ratios) < 0.95 && Math.max(...ratios) < 1;
  return { name, rate, cpu, isWorse: fell(rate) || fell(cpu) };
}
