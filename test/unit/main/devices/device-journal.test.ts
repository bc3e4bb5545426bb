import { describe, expect, it } from 'vitest';
import { DeviceJournal, ENTRIES_PER_MINUTE } from '../../../../src/main/devices/device-journal';
import type { JournalInput } from '../../../../src/main/journal/journal';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { ManualClock } from '../../../fakes/manual-clock';
import { A, B } from './core-bench';

function bench() {
  const clock = new ManualClock();
  const entries: JournalInput[] = [];
  const journal = new DeviceJournal({ add: (entry) => void entries.push(entry) }, clock);
  const write = (count: number, deviceId: DeviceId = A) => {
    for (let index = 0; index < count; index += 1) journal.add({ kind: 'device.error', deviceId, message: 'x' });
  };
  const summaries = () => entries.filter(({ kind }) => kind === 'device.events_held_back');
  return { clock, entries, journal, write, summaries };
}

describe('what a device writes into the journal', () => {
  it('is sixty entries a minute and one with the number of the others', () => {
    const { clock, entries, journal, write, summaries } = bench();
    write(1_000);
    expect([entries.length, summaries()]).toEqual([ENTRIES_PER_MINUTE, []]);
    clock.advance(60_000);
    journal.sweep();
    journal.sweep();
    expect(summaries()).toEqual([
      {
        kind: 'device.events_held_back',
        deviceId: A,
        message: `${A}: 940 further events of this minute were not recorded one by one`,
        details: { count: 940 },
      },
    ]);
  });

  it('begins anew each minute, with the summary before the next entry', () => {
    const { clock, entries, write } = bench();
    write(61);
    clock.advance(60_000);
    write(1);
    expect(entries.slice(-2).map(({ kind }) => kind)).toEqual(['device.events_held_back', 'device.error']);
  });

  it('costs the other devices nothing', () => {
    const { entries, write } = bench();
    write(1_000);
    write(5, B);
    expect(entries.filter(({ deviceId }) => deviceId === B).length).toBe(5);
  });

  it('is left alone while its minute runs, and summed up at stop', () => {
    const { clock, journal, write, summaries } = bench();
    write(61);
    clock.advance(59_999);
    journal.sweep();
    expect(summaries()).toEqual([]);
    journal.sweep(true);
    expect(summaries().length).toBe(1);
  });

  it('gives a quiet minute no summary', () => {
    const { clock, journal, write, summaries } = bench();
    write(60);
    clock.advance(60_000);
    journal.sweep();
    expect(summaries()).toEqual([]);
  });

  it('never loses a number when more devices write than are counted at once', () => {
    const { journal, write, summaries } = bench();
    write(61);
    for (let index = 0; index < 3_000; index += 1) write(1, `ESP_${index}` as DeviceId);
    journal.sweep(true);
    expect(summaries().map(({ details }) => details)).toEqual([{ count: 1 }]);
  });
});
