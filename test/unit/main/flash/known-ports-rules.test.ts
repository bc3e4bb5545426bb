import { describe, expect, it } from 'vitest';
import { findPorts, GRACE_MS, nextPorts, type KnownPorts } from '../../../../src/main/flash/known-ports-rules';
import type { ListedPort } from '../../../../src/main/flash/serial-driver';

const usb0: ListedPort = { path: '/dev/ttyUSB0', vendorId: '10c4', productId: 'ea60', serialNumber: 'A7' };
const look = (known: KnownPorts, listed: readonly ListedPort[], atMs: number, held: readonly string[] = []) =>
  nextPorts(known, findPorts(listed, [], new Set()), {
    nowMs: 1_000_000 + atMs,
    monotonicMs: atMs,
    isHeld: (path) => held.includes(path),
  });
const first = look(new Map(), [usb0], 0);

describe('findPorts', () => {
  it('lists what an option names, there or not, and takes its ids from the system', () => {
    expect([
      ...findPorts([usb0], ['/dev/ttyUSB0', '/dev/pts/1', '/dev/pts/2'], new Set(['/dev/pts/1'])).values(),
    ]).toEqual([
      { port: usb0, source: 'option', isPresent: true },
      { port: { path: '/dev/pts/1' }, source: 'option', isPresent: true },
      { port: { path: '/dev/pts/2' }, source: 'option', isPresent: false },
    ]);
  });
});

describe('nextPorts', () => {
  it('reports a port that came, and nothing while it stays', () => {
    expect(first.changes).toEqual([{ path: '/dev/ttyUSB0', isPresent: true }]);
    const second = look(first.known, [usb0], 500);
    expect(second.changes).toEqual([]);
    expect(second.known).toEqual(first.known);
  });

  it('keeps a port that went for a moment, then forgets it', () => {
    const gone = look(first.known, [], 1_000);
    expect(gone.changes).toEqual([{ path: '/dev/ttyUSB0', isPresent: false }]);
    expect(gone.known.get('/dev/ttyUSB0')).toEqual({ port: usb0, source: 'system', isPresent: false, sinceMs: 1_001_000, changedMs: 1_000 }); // prettier-ignore
    const waiting = look(gone.known, [], 1_000 + GRACE_MS - 1);
    expect([waiting.known.size, waiting.isForgotten]).toEqual([1, false]);
    const forgotten = look(waiting.known, [], 1_000 + GRACE_MS);
    expect([forgotten.known.size, forgotten.isForgotten, forgotten.changes]).toEqual([0, true, []]);
  });

  it('keeps a held port however long it is away, and reports its return', () => {
    const gone = look(first.known, [], 1_000, ['/dev/ttyUSB0']);
    const later = look(gone.known, [], 60_000, ['/dev/ttyUSB0']);
    expect(later.known.get('/dev/ttyUSB0')?.isPresent).toBe(false);
    expect(look(later.known, [usb0], 61_000).changes).toEqual([{ path: '/dev/ttyUSB0', isPresent: true }]);
  });

  it('takes another adapter on the same path for a going and a coming', () => {
    const swapped = look(first.known, [{ ...usb0, serialNumber: 'B9' }], 1_000);
    expect(swapped.changes).toEqual([
      { path: '/dev/ttyUSB0', isPresent: false },
      { path: '/dev/ttyUSB0', isPresent: true },
    ]);
  });

  it('says nothing of an optional port that has never been there', () => {
    const { known, changes } = nextPorts(new Map(), findPorts([], ['/dev/pts/9'], new Set()), { nowMs: 0, monotonicMs: 0, isHeld: () => false }); // prettier-ignore
    expect([known.size, changes]).toEqual([1, []]);
  });
});
