import type { SerialPortView } from '../../shared/api/flash';
import type { ListedPort } from './serial-driver';
import { adapterKey } from './usb-adapter-rules';

/** A port as it was found just now. */
export type FoundPort = {
  readonly port: ListedPort;
  readonly source: SerialPortView['source'];
  readonly isPresent: boolean;
};

export type KnownPort = FoundPort & {
  /** Of its last coming or going: Unix ms, and monotonic ms. */
  readonly sinceMs: number;
  readonly changedMs: number;
};

export type KnownPorts = ReadonlyMap<string, KnownPort>;
export type PresenceChange = { readonly path: string; readonly isPresent: boolean };

/** A port that went away is kept, and may still be leased, for this long: its chip is probably just restarting. */
export const GRACE_MS = 3_000;

/** Ports of the system and those named by --serial-port; of the latter, `existing` have a device node. */
export function findPorts(
  listed: readonly ListedPort[],
  extraPaths: readonly string[],
  existing: ReadonlySet<string>,
): ReadonlyMap<string, FoundPort> {
  const found = new Map<string, FoundPort>();
  for (const port of listed) found.set(port.path, { port, source: 'system', isPresent: true });
  for (const path of extraPaths) {
    const port = found.get(path)?.port;
    found.set(path, { port: port ?? { path }, source: 'option', isPresent: port !== undefined || existing.has(path) });
  }
  return found;
}

/**
 * The ports that are known after a look at the machine, and which came or went; `isForgotten` when one left the list without a change of presence.
 * A port that vanished stays while it is held or may return. Another adapter on the same path has gone and come.
 */
export function nextPorts(
  known: KnownPorts,
  found: ReadonlyMap<string, FoundPort>,
  { nowMs, monotonicMs, isHeld }: { nowMs: number; monotonicMs: number; isHeld: (path: string) => boolean },
): { readonly known: KnownPorts; readonly changes: readonly PresenceChange[]; readonly isForgotten: boolean } {
  const all = new Map(found);
  for (const [path, before] of known)
    if (!all.has(path) && (isHeld(path) || canReturn(before, monotonicMs)))
      all.set(path, { ...before, isPresent: false });
  const next = new Map<string, KnownPort>();
  const changes: PresenceChange[] = [];
  for (const [path, { port, source, isPresent }] of all) {
    const before = known.get(path);
    const isOther = before !== undefined && adapterKey(before.port) !== adapterKey(port);
    const isSame = before?.isPresent === isPresent && !isOther;
    const { sinceMs, changedMs } = isSame ? before : { sinceMs: nowMs, changedMs: monotonicMs };
    next.set(path, { port, source, isPresent, sinceMs, changedMs });
    if (before?.isPresent && (isOther || !isPresent)) changes.push({ path, isPresent: false });
    if (isPresent && !isSame) changes.push({ path, isPresent: true });
  }
  return { known: next, changes, isForgotten: [...known.keys()].some((path) => !next.has(path)) };
}

/** Is there, or went so recently that it is probably coming back. */
export function canReturn({ isPresent, changedMs }: KnownPort, monotonicMs: number): boolean {
  return isPresent || monotonicMs - changedMs < GRACE_MS;
}
