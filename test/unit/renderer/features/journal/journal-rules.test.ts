import { describe, expect, it } from 'vitest';
import {
  deviceChoices,
  kindsOf,
  mergeEntries,
  noFilter,
  passesFilter,
  waitingEntries,
} from '../../../../../src/renderer/features/journal/journal-rules';
import type { JournalEntry } from '../../../../../src/shared/api/journal';
import type { DeviceId } from '../../../../../src/shared/domain/ids';
import { at } from '../devices/sample-plant';

const entry = (id: number, changes: Partial<JournalEntry> = {}): JournalEntry => ({
  id: String(id),
  at: at(id * 1_000),
  kind: 'command',
  actor: 'user:operator',
  message: `entry ${id}`,
  details: {},
  ...changes,
});

const ids = (entries: readonly JournalEntry[]) => entries.map(({ id }) => id);

describe('the journal', () => {
  it('holds new entries back until they are asked for, newest first and none twice', () => {
    const shown = [entry(9), entry(8)];
    expect(ids(waitingEntries(shown, [entry(10), entry(8), entry(9), entry(11)], noFilter))).toEqual(['11', '10']);
  });

  it('does not take an old entry for a new one', () => {
    expect(waitingEntries([entry(9)], [entry(3)], noFilter)).toEqual([]);
  });

  it('counts only entries that pass the filter', () => {
    const live = [entry(10, { kind: 'stop' }), entry(11, { deviceId: 'ESP_1' as DeviceId }), entry(12)];
    expect(ids(waitingEntries([entry(9)], live, { kind: 'stop', deviceId: null }))).toEqual(['10']);
    expect(ids(waitingEntries([entry(9)], live, { kind: null, deviceId: 'ESP_1' }))).toEqual(['11']);
    expect(passesFilter(entry(1), noFilter)).toBe(true);
  });

  it('merges pages and new entries by time, then by id, each once', () => {
    const same = at(0);
    const shown = [entry(10, { at: same }), entry(9, { at: same })];
    expect(
      ids(mergeEntries(shown, [entry(9, { at: same }), entry(100, { at: same }), entry(8, { at: same })])),
    ).toEqual(['100', '10', '9', '8']);
  });

  it('offers the known kinds and those that occurred', () => {
    expect(kindsOf([entry(1, { kind: 'zone' }), entry(2)], ['stop', 'command'])).toEqual(['command', 'stop', 'zone']);
  });

  it('offers known devices, those in the entries and the chosen one, by name as people count', () => {
    const devices = { ESP_2: { name: 'Pump 10' }, ESP_1: { name: 'Pump 9' } };
    expect(deviceChoices(devices, [entry(1, { deviceId: 'ESP_GONE' as DeviceId })], 'ESP_OLD')).toEqual([
      { value: 'ESP_GONE', label: 'ESP_GONE' },
      { value: 'ESP_OLD', label: 'ESP_OLD' },
      { value: 'ESP_1', label: 'Pump 9 · ESP_1' },
      { value: 'ESP_2', label: 'Pump 10 · ESP_2' },
    ]);
  });
});
