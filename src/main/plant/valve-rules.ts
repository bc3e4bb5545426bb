/** A motor valve: how far it is open (0–1), and what its two pins say. */
export type Valve = { readonly open: number; readonly isOpening: boolean; readonly isDriven: boolean };

export const closedValve: Valve = { open: 0, isOpening: false, isDriven: false };

/** From closed to open, seconds (wire contract 8.4: the firmware drives the motor for 5 s). */
const TRAVEL_S = 5;

/** The valve `dtS` seconds later. */
export function moveValve(valve: Valve, dtS: number): Valve {
  if (!valve.isDriven) return valve;
  const way = (valve.isOpening ? dtS : -dtS) / TRAVEL_S;
  return { ...valve, open: Math.min(1, Math.max(0, valve.open + way)) };
}
