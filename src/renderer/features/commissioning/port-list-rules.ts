import type { PortList, SerialPortView } from '../../../shared/api/flash';

/* Which ports are shown, in which order, and what is said about the system around them. */

/** Most rows that are remembered; a bench has 16 ports, and adapters that were swapped keep their row. */
const MAX_ROWS = 64;

/** A row of a list of ports; a port that went away keeps its row, so that nothing moves under the pointer. */
export type PortRow = { readonly port: SerialPortView; readonly isGone: boolean };

/** The rows after a change: known ones stay where they are, new ones come at the end. */
export function arrangePorts(rows: readonly PortRow[], ports: readonly SerialPortView[]): readonly PortRow[] {
  const byPath = new Map(ports.map((port) => [port.path, port]));
  const kept = rows.map(({ port }) => {
    const present = byPath.get(port.path);
    byPath.delete(port.path);
    return present ? { port: present, isGone: false } : { port, isGone: true };
  });
  const arranged = [...kept, ...[...byPath.values()].map((port) => ({ port, isGone: false }))];
  if (arranged.length <= MAX_ROWS) return arranged;
  const surplus = arranged.length - MAX_ROWS;
  const dropped = new Set(arranged.filter(({ isGone }) => isGone).slice(0, surplus));
  return arranged.filter((row) => !dropped.has(row));
}

/** Whether a setup can begin on the port: it is there, and nothing else holds it. A monitor gives way. */
export function isPortUsable({ port, isGone }: PortRow): boolean {
  return !isGone && port.isPresent && (port.use === 'free' || port.use === 'monitor');
}

/** The port to propose: the only usable one, else none. */
export function onlyPort(ports: readonly SerialPortView[]): string | null {
  const usable = ports.filter((port) => isPortUsable({ port, isGone: false }));
  return usable.length === 1 ? (usable[0]?.path ?? null) : null;
}

/** Whether a driver may be missing: only there, and only when nothing is listed. */
export function mayLackDriver({ platform, ports }: PortList): boolean {
  return (platform === 'win32' || platform === 'darwin') && !ports.some(({ isPresent }) => isPresent);
}
