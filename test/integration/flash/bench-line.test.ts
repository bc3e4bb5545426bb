/*
 * The bench line as a script drives it: four boards at once after one template, a queue of names, a board that fails and is tried again, the next
 * board on a port, and the papers at the end.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchView, Certificate, SetupJob } from '../../../src/shared/api/commissioning';
import type { SerialLogLine } from '../../../src/shared/api/flash';
import type { JobError } from '../../../src/shared/domain/job-errors';
import type { Page } from '../../fakes/console-answers';
import { EventStream } from '../../fakes/event-stream';
import { FlashDesk } from '../../fakes/flash-desk';
import { SetupFinger } from '../../fakes/setup-finger';
import type { PluggedBoard } from '../../fakes/virtual-esp/plugged-board';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { must, until } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, the bench line over ptys: ${skipReason}`);
const lineDeadlineMs = 45_000;

type MonitorEvent = { readonly lines: readonly SerialLogLine[]; readonly ended: JobError | null };
type Row = Readonly<Record<string, string>>;

describe.skipIf(skipReason !== undefined)('The bench line', () => {
  let desk: FlashDesk;
  let boards: readonly PluggedBoard[] = [];

  beforeAll(async () => {
    desk = await FlashDesk.open(4);
    for (const [id, name] of Object.entries({ bed: 'Bed', roof: 'Roof house' }))
      await desk.client.call('PUT', `/zones/${id}`, { name });
    boards = await Promise.all([0, 1, 2, 3].map((index) => desk.plug(index)));
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const lanes = async (): Promise<string[]> => (await desk.client.call<BenchView>('GET', '/bench')).lanes.map(({ state, passed, failed }) => `${state} ${passed} ${failed}`); // prettier-ignore

  /** Lends every lane its finger until the lanes are so. */
  async function work(expected: readonly string[]): Promise<BenchView> {
    return until(
      async () => {
        const bench = await desk.client.call<BenchView>('GET', '/bench');
        const setups = await desk.client.call<readonly SetupJob[]>('GET', '/setups');
        for (const { port, jobId, state } of bench.lanes) {
          const board = boards.find(({ path }) => path === port);
          const job = setups.find(({ id }) => id === jobId);
          if (board && job && state === 'working') new SetupFinger(board.board).see(job.flash);
        }
        const now = await lanes();
        if (now.join() !== expected.join())
          throw new Error(`${now.join()} · ${JSON.stringify(setups.map(({ error }) => error))}`);
        return bench;
      },
      lineDeadlineMs,
      `the lanes to be ${expected.join()}`,
    );
  }

  /** Name and zone of the devices of the boards, as the console has them. */
  const standing = (): Promise<string[]> =>
    Promise.all(
      boards.map(async ({ deviceId }) => {
        const { name, approval, zone } = await desk.client.device(deviceId);
        return `${name}, ${approval}, ${zone.confirmed}`;
      }),
    );

  test('sets up four boards at once; the one that fails is tried again', async () => {
    const { client, stage } = desk;
    const { wifi, broker } = desk.settings();
    await client.call('PUT', '/bench/template', { imageId: 'auto', method: 'partition', naming: 'Pump {n:3}', nextNumber: 7, settings: { wifi, broker, zoneId: 'bed' } }); // prettier-ignore
    await client.call('PUT', '/bench/queue', { queue: [{ name: 'Door' }, { name: 'Window', zoneId: 'roof' }] });
    const broken = must(boards[1], 'the second board');
    broken.board.faults.wrongMd5 = true;
    const first = must(boards[0], 'the first board');

    await using monitor = await EventStream.open<MonitorEvent>(stage.console.url, stage.console.token, `/streams/serial?port=${encodeURIComponent(first.path)}`); // prettier-ignore
    await until(() => monitor.events.some(({ lines }) => lines.length > 0), 10_000, 'a line of the board');
    await client.call('POST', '/bench/start', { ports: boards.map(({ path }) => path) });
    await monitor.ended();
    expect(monitor.events.at(-1)?.ended).toMatchObject({ code: 'port_in_use', message: expect.stringMatching(/needed for a job now\. Open the monitor again/) as string }); // prettier-ignore

    const afterFirst = await work(['finished 1 0', 'failed 0 1', 'finished 1 0', 'finished 1 0']);
    // The name that no device bears waits for the next board.
    expect(afterFirst.queue).toEqual([{ name: 'Window', zoneId: 'roof' }]);
    expect(await desk.traces(broken)).toEqual({ hasAccount: false, approval: null, use: 'free', openHandles: 0, files: [] }); // prettier-ignore
    broken.board.faults.wrongMd5 = false;
    await client.call('POST', '/bench/retry', { port: broken.path });
    const afterRetry = await work(['finished 1 0', 'finished 1 1', 'finished 1 0', 'finished 1 0']);
    expect([afterRetry.queue, afterRetry.template?.nextNumber]).toEqual([[], 9]);
    expect(await standing()).toEqual(['Door, approved, bed', 'Window, approved, roof', 'Pump 007, approved, bed', 'Pump 008, approved, bed']); // prettier-ignore
  });

  test('begins with the next board as soon as it is plugged in', async () => {
    const taken = must(boards[2], 'the third board');
    await taken.unplug();
    await work(['finished 1 0', 'finished 1 1', 'empty 1 0', 'finished 1 0']);
    const next = await desk.plug(2, { mac: '84:f7:03:0b:0a:44' });
    boards = boards.with(2, next);
    await work(['finished 1 0', 'finished 1 1', 'finished 2 0', 'finished 1 0']);
    expect((await standing())[2]).toBe('Pump 009, approved, bed');
    const stopped = await desk.client.call<BenchView>('POST', '/bench/stop', {});
    expect(stopped.isRunning).toBe(false);
    const { items } = await desk.client.call<Page<{ readonly message: string }>>('GET', '/events?kind=bench.stopped');
    expect(items.map(({ message }) => message)).toEqual(['Bench line stopped: 5 passed, 1 failed']);
  });

  test('every board has a certificate and, if it passed, a label', async () => {
    const { items } = await desk.client.call<Page<Certificate>>('GET', '/certificates');
    type File = { readonly fileName: string; readonly mediaType: string; readonly text: string };
    const csv = await desk.client.call<File>('GET', '/certificates/export?format=csv');
    expect(csv).toMatchObject({ fileName: expect.stringMatching(/^certificates-\d{4}-\d\d-\d\d\.csv$/) as string, mediaType: 'text/csv; charset=utf-8' }); // prettier-ignore
    const rows = parseCsv(csv.text);
    const told = ({ result, name, mac, zoneId, error }: Row | Certificate): string[] =>
      [result, name, mac, zoneId, error].map((value) => value ?? '');
    expect(rows.map(told)).toEqual(items.map(told));
    expect(rows.map(({ result, name }) => `${result} ${name}`).toSorted()).toEqual(['failed Window', 'passed Door', 'passed Pump 007', 'passed Pump 008', 'passed Pump 009', 'passed Window']); // prettier-ignore
    const failed = must(rows.find(({ result }) => result === 'failed'), 'the failed one'); // prettier-ignore
    expect(failed['error']).toMatch(/written twice.*Try again/);
    for (const { result, imageSha256, partsReadBack = '' } of rows) {
      expect(imageSha256).toMatch(/^[0-9a-f]{64}$/);
      if (result === 'passed') expect(partsReadBack.split(' | ').map((part) => part.split(' ')[0])).toEqual(['bootloader', 'partition-table', 'application', 'cfg']); // prettier-ignore
    }
    const labels = await desk.client.call<File>('GET', '/certificates/labels');
    expect(labels.text.match(/<section>/g)).toHaveLength(5);
    const html = await desk.client.call<File>('GET', '/certificates/export?format=html');
    expect(html.text).toContain('6 in total: 5 passed, 1 failed.');
    for (const { text } of [csv, html, labels]) expect(text).not.toContain('tomatoes');
  });
});

/** RFC 4180, with a byte order mark; one object for each row, by the titles. */
function parseCsv(text: string): Row[] {
  const cells = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g;
  const rows: string[][] = [[]];
  for (const [, cell = '', end] of text.replace(/^\u{FEFF}/u, '').matchAll(cells)) {
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\r\n') rows.push([]);
  }
  const [titles = [], ...rest] = rows.slice(0, -1);
  return rest.map((row) => Object.fromEntries(titles.map((title, index) => [title, row[index] ?? ''])));
}
