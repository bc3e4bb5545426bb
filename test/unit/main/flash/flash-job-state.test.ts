import { describe, expect, it } from 'vitest';
import type { FlashJob, FlashPart } from '../../../../src/shared/api/flash';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import { jobFailure } from '../../../../src/shared/domain/job-errors';
import {
  MAX_NOTES,
  isEnded,
  next,
  type FlashJobEvent,
  type FlashJobState,
} from '../../../../src/main/flash/flash-job-state';
import { flashImage } from '../../../fakes/flash-image';

const NOW = Date.UTC(2026, 10, 21, 12);
const { image } = flashImage({ chip: 'esp32c3' });
const facts = {
  chip: 'ESP32-C3',
  chipId: 'esp32c3',
  revision: 'v0.4',
  mac: '84:f7:03:01:02:03',
  flashSizeBytes: 4 * 1024 * 1024,
  security: null,
  deviceId: deviceIdSchema.parse('ESP_010203'),
} as const;
const error = jobFailure('no_answer', 'No chip answers. Hold BOOT.').error;
const cancelled = jobFailure('cancelled', 'It was cancelled. Flash again.').error;

const part = (address: number, changes: Partial<FlashPart> = {}): FlashPart => ({
  name: `part ${address}`,
  address,
  size: 1000,
  md5: '0'.repeat(32),
  verified: false,
  skipped: false,
  writtenBytes: 0,
  ...changes,
});

const queued: FlashJob = {
  id: 'job',
  kind: 'write',
  port: '/dev/ttyUSB0',
  imageId: 'auto',
  imageName: 'Bundled image',
  imageSha256: null,
  state: 'queued',
  hint: null,
  bytesWritten: 0,
  bytesTotal: 0,
  bytesPerSecond: null,
  remainingS: null,
  baud: null,
  chip: null,
  mac: null,
  facts: null,
  parts: [],
  previousFirmware: null,
  firmware: null,
  bootLog: [],
  notes: [],
  file: null,
  by: 'test',
  startedAt: new Date(NOW).toISOString(),
};

const stateOf = (view: Partial<FlashJob>): FlashJobState => ({
  view: { ...queued, ...view },
  movedBytes: 0,
  isTouched: false,
  samples: [],
});
const after = (view: Partial<FlashJob>, ...events: readonly FlashJobEvent[]): FlashJob =>
  events.reduce((state, event) => next(state, event, NOW), stateOf(view)).view;

const parts = [part(0), part(4096)];
const firmware = { name: 'x', version: '1', builtAt: '' };
const finishedAt = new Date(NOW).toISOString();
const isDone = { hint: null, remainingS: null, finishedAt };

const table: readonly (readonly [string, Partial<FlashJob>, FlashJobEvent, Partial<FlashJob>])[] = [
  ['connecting begins', {}, { type: 'connecting' }, { state: 'connecting' }],
  ['connecting again voids what was counted', { state: 'writing', parts, bytesWritten: 5, bytesTotal: 9, bytesPerSecond: 3, remainingS: 1 }, { type: 'connecting' }, { state: 'connecting', parts, bytesWritten: 0, bytesTotal: 0, bytesPerSecond: null, remainingS: null }],
  ['a hint while connecting', { state: 'connecting' }, { type: 'hint', hint: 'hold_boot' }, { hint: 'hold_boot' }],
  ['a hint at the restart', { state: 'resetting' }, { type: 'hint', hint: 'press_reset' }, { hint: 'press_reset' }],
  ['no hint at another time', { state: 'writing' }, { type: 'hint', hint: 'hold_boot' }, {}],
  ['connected', { state: 'connecting', hint: 'hold_boot' }, { type: 'connected', facts, baud: 921_600 }, { hint: null, facts, chip: 'ESP32-C3', mac: facts.mac, baud: 921_600 }],
  ['the image is known', { state: 'connecting' }, { type: 'image', image }, { imageId: image.id, imageName: image.name, imageSha256: image.sha256, firmware: image.firmware }],
  ['a firmware was found', { state: 'connecting' }, { type: 'found', firmware }, { previousFirmware: firmware }],
  ['planned', { state: 'connecting' }, { type: 'planned', parts, doneBytes: 400 }, { parts, bytesTotal: 2000, bytesWritten: 400 }],
  ['erasing', { state: 'connecting' }, { type: 'erasing' }, { state: 'erasing' }],
  ['writing', { state: 'erasing' }, { type: 'writing' }, { state: 'writing' }],
  ['verifying', { state: 'writing' }, { type: 'verifying' }, { state: 'verifying' }],
  ['verified', { state: 'verifying', parts }, { type: 'verified', part: 4096 }, { parts: [part(0), part(4096, { verified: true })] }],
  ['written again', { state: 'verifying', parts: [part(0, { skipped: true, verified: true })], bytesWritten: 1800 }, { type: 'again', part: 0, doneBytes: 1000 }, { state: 'writing', bytesWritten: 800, parts: [part(0)] }],
  ['resetting', { state: 'verifying', remainingS: 1 }, { type: 'resetting' }, { state: 'resetting', remainingS: null }],
  ['reading', { state: 'connecting', kind: 'backup' }, { type: 'reading', totalBytes: 4096 }, { state: 'reading', bytesTotal: 4096 }],
  ['a note', { notes: ['a'] }, { type: 'note', text: 'b' }, { notes: ['a', 'b'] }],
  ['the same note', { notes: ['a'] }, { type: 'note', text: 'a' }, {}],
  ['a boot log', { state: 'resetting' }, { type: 'boot_log', lines: ['x'] }, { bootLog: ['x'] }],
  ['a file', { state: 'reading', kind: 'backup' }, { type: 'file', file: '/x', image }, { file: '/x', imageId: image.id, imageName: image.name, imageSha256: image.sha256, firmware: image.firmware }],
  ['done', { state: 'resetting', hint: 'hold_boot' }, { type: 'done' }, { state: 'done', ...isDone }],
  ['failed', { state: 'connecting', hint: 'hold_boot' }, { type: 'failed', error }, { state: 'failed', error, ...isDone }],
  ['cancelled', { state: 'writing' }, { type: 'failed', error: cancelled }, { state: 'cancelled', error: cancelled, ...isDone }],
]; // prettier-ignore

describe('the life of a flash job', () => {
  it.each(table)('%s', (_name, before, event, change) => {
    expect(after(before, event)).toEqual({ ...queued, ...before, ...change });
  });

  it.each(['done', 'failed', 'cancelled'] as const)('is over once %s: nothing changes it', (state) => {
    const ended = stateOf({ state });
    expect(isEnded(ended.view)).toBe(true);
    for (const [, , event] of table) expect(next(ended, event, NOW)).toBe(ended);
    expect(next(ended, { type: 'moved', bytes: 1 }, NOW)).toBe(ended);
  });

  it('that begins anew still tells what was there before it, and what it has written itself', () => {
    const job = after(
      { state: 'connecting' },
      { type: 'found', firmware },
      { type: 'planned', parts, doneBytes: 0 },
      { type: 'writing' },
      { type: 'moved', bytes: 700, part: 0 },
      { type: 'verified', part: 0 },
      { type: 'connecting' },
      { type: 'found', firmware: { ...firmware, version: '2' } },
      { type: 'planned', parts: [part(0, { skipped: true }), part(4096, { skipped: true })], doneBytes: 2000 },
    );
    expect(job.previousFirmware).toEqual(firmware);
    expect(job.parts).toEqual([part(0, { writtenBytes: 700 }), part(4096, { skipped: true })]);
  });

  it('keeps a bounded number of notes', () => {
    const notes = Array.from({ length: 30 }, (_, index): FlashJobEvent => ({ type: 'note', text: `${index}` }));
    expect(after({}, ...notes).notes).toHaveLength(MAX_NOTES);
  });
});

describe('progress', () => {
  /** A job of which `bytes` are moved every 100 ms. */
  function running(bytes: number, times: number, before = stateOf({ state: 'writing', parts, bytesTotal: 2000 })) {
    let state = before;
    for (let time = 0; time < times; time += 1)
      state = next(state, { type: 'moved', bytes, part: 4096 }, NOW + (time + 1) * 100);
    return state;
  }

  it('counts for the job and for the part', () => {
    const { view } = running(100, 3);
    expect({ bytesWritten: view.bytesWritten, parts: view.parts.map(({ writtenBytes }) => writtenBytes) }).toEqual({
      bytesWritten: 300,
      parts: [0, 300],
    });
  });

  it('tells a speed when half a second has passed, and what remains by it', () => {
    expect(running(100, 5).view).toMatchObject({ bytesPerSecond: null, remainingS: null });
    expect(running(100, 6).view).toMatchObject({ bytesPerSecond: 1000, remainingS: 2 });
  });

  it('forgets how fast it was before the last seconds', () => {
    let state = running(100_000, 20, stateOf({ state: 'writing', bytesTotal: 1e9 }));
    for (let time = 0; time < 100; time += 1)
      state = next(state, { type: 'moved', bytes: 10 }, NOW + 2_000 + time * 100);
    expect(state.view.bytesPerSecond).toBe(100);
    expect(state.samples.length).toBeLessThan(25);
  });

  it('never counts more than there is', () => {
    expect(running(900, 3).view.bytesWritten).toBe(2000);
  });
});
