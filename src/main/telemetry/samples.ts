import type { Sample } from '../../shared/api/telemetry';
import { qualityAt } from '../../shared/domain/quality';
import type { Clock } from '../clock';
import type { SampleStore } from './sample-store';
import type { Series } from './series';

const MICROSECONDS = 1000;
const DEFAULT_RANGE_MS = 3_600_000;
const DEFAULT_LIMIT = 1000;
/** A pause longer than this many buckets is a gap and is shown as one. */
const GAP_BUCKETS = 2.5;

export type SampleQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly maxPoints?: number | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

export type SamplePage = { readonly items: Sample[]; readonly nextCursor?: string };

const iso = (us: number) => new Date(us / MICROSECONDS).toISOString();

/**
 * History of one series, oldest first. With `maxPoints` one page of buckets with mean, minimum and maximum, a null value marking each gap;
 * without it the single readings, paged by `cursor` (the key of the last row). Without `from` the last hour.
 */
export async function readSamples(
  store: SampleStore,
  series: Series,
  query: SampleQuery,
  clock: Clock,
): Promise<SamplePage> {
  const toUs = (query.to === undefined ? clock.now() : Date.parse(query.to)) * MICROSECONDS + (MICROSECONDS - 1);
  const fromUs =
    query.from === undefined ? toUs - DEFAULT_RANGE_MS * MICROSECONDS : Date.parse(query.from) * MICROSECONDS;
  const { number } = series.row;
  if (query.maxPoints !== undefined) {
    const bucketUs = Math.max(MICROSECONDS, Math.ceil((toUs - fromUs + 1) / query.maxPoints));
    const rows = await store.buckets(number, { fromUs, toUs, bucketUs });
    const gapUs = Math.max(bucketUs * GAP_BUCKETS, series.staleAfterMs(undefined) * MICROSECONDS);
    return { items: withGaps(rows, gapUs) };
  }
  const limit = query.limit ?? DEFAULT_LIMIT;
  const afterUs = query.cursor === undefined ? -1 : Number(query.cursor) || 0;
  const rows = await store.page(number, { fromUs, toUs, afterUs, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ at, value, quality }) => ({ at: iso(at), value, quality: qualityAt(quality) }));
  return { items, ...(rows.length > limit && last && { nextCursor: String(last.at) }) };
}

function withGaps(rows: Awaited<ReturnType<SampleStore['buckets']>>, gapUs: number): Sample[] {
  const items: Sample[] = [];
  let previousUs: number | null = null;
  for (const { at, value, min, max, quality } of rows) {
    if (previousUs !== null && at - previousUs > gapUs)
      items.push({ at: iso(previousUs + 1), value: null, quality: 'unknown' });
    items.push({
      at: iso(at),
      value,
      ...(min !== null && { min }),
      ...(max !== null && { max }),
      quality: qualityAt(quality),
    });
    previousUs = at;
  }
  return items;
}
