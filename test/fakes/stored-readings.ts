import type { ConsoleClient } from './console-client';
import { must, until } from './wait';

/** What became of one device's numbered readings: all counts are readings. */
export type Tally = {
  readonly published: number;
  readonly stored: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly foreign: number;
};

export const intact = (published: number): Tally => ({
  published,
  stored: published,
  lost: 0,
  duplicated: 0,
  foreign: 0,
});

export function tallyOf(values: readonly (number | null)[], published: number): Tally {
  const seen = new Set<number>();
  let duplicated = 0;
  let foreign = 0;
  for (const value of values) {
    if (value === null || !Number.isInteger(value) || value < 1 || value > published) foreign += 1;
    else if (seen.has(value)) duplicated += 1;
    else seen.add(value);
  }
  return { published, stored: values.length, lost: published - seen.size, duplicated, foreign };
}

/** The last reading is shown before its commit; all earlier ones are stored by then, or never. */
const commitDeadlineMs = 10_000;

/** Reads back a device's readings of one pin, numbered 1 to `published`, once the last one has arrived and as many as expected are stored. */
export async function tallyStored(
  client: ConsoleClient,
  source: { readonly deviceId: string; readonly gpio: number; readonly fromMs: number },
  published: number,
  deadlineMs: number,
): Promise<Tally> {
  const { deviceId, gpio, fromMs } = source;
  const { seriesId } = await until(
    async () => {
      const sensor = await client.sensor(deviceId, gpio, 'light');
      if (sensor?.raw !== published) throw new Error(JSON.stringify(sensor));
      return sensor;
    },
    deadlineMs,
    `reading ${published} of ${deviceId} to arrive`,
  );
  let tally: Tally | undefined;
  await until(
    async () => {
      const samples = await client.samples(seriesId, fromMs, Date.now() + 60_000);
      tally = tallyOf(
        samples.map(({ value }) => value),
        published,
      );
      return tally.stored >= published;
    },
    commitDeadlineMs,
    `${published} readings of ${deviceId} to be stored`,
  ).catch(() => undefined); // What is missing shows in the tally.
  return must(tally, `the readings of ${deviceId}`);
}
