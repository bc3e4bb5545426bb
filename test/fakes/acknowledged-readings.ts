import type { ConsoleClient } from './console-client';
import { tallyOf } from './stored-readings';
import { until } from './wait';

/** What became of readings that a broker has acknowledged; those that a fault itself has altered are left out of `lost`. */
export type Fate = {
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Stored values that nobody has sent. */
  readonly foreign: number;
  /** Readings of which the fault turned a bit over. */
  readonly altered: number;
};

export type Numbered = {
  readonly deviceId: string;
  readonly gpio: number;
  readonly sent: number;
  readonly acknowledged: ReadonlySet<number>;
  readonly altered?: ReadonlySet<number>;
};

const unaltered: ReadonlySet<number> = new Set();

/** Waits until all acknowledged readings are stored, at most `deadlineMs`, and tells what is missing then. */
export async function fateOf(
  client: ConsoleClient,
  { deviceId, gpio, sent, acknowledged, altered = unaltered }: Numbered,
  deadlineMs: number,
): Promise<Fate> {
  let fate: Fate | undefined;
  const look = async (): Promise<Fate> => {
    const sensor = await client.sensor(deviceId, gpio, 'light');
    if (!sensor) throw new Error(`no sensor on pin ${gpio} of ${deviceId}`);
    const samples = await client.samples(sensor.seriesId, Date.now() - 3_600_000, Date.now() + 3_600_000);
    const values = samples.map(({ value }) => value);
    const stored = new Set(values);
    const lost = [...acknowledged].filter((number) => !stored.has(number) && !altered.has(number)).length;
    const { duplicated, foreign } = tallyOf(values, sent);
    fate = {
      sent,
      acknowledged: acknowledged.size,
      stored: values.length,
      lost,
      duplicated,
      foreign,
      altered: altered.size,
    };
    return fate;
  };
  await until(async () => (await look()).lost === 0, deadlineMs, `the readings of ${deviceId} to be stored`).catch(
    () => undefined, // What is missing shows in the result.
  );
  return fate ?? look();
}

/** The numbers of a device's readings among packets. */
export function numbersIn(packets: readonly Buffer[], deviceId: string): ReadonlySet<number> {
  const own = packets.map(String).filter((text) => text.includes(deviceId));
  return new Set(own.flatMap((text) => (/"seq":(\d+)/.exec(text)?.[1] ?? '').split(',').filter(Boolean).map(Number)));
}
