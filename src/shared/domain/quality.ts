/** Quality of a reading, best first. The index is what telemetry frames and the store carry. Append only. */
export const qualities = ['good', 'fair', 'poor', 'suspect', 'critical', 'error', 'unknown'] as const;
export type Quality = (typeof qualities)[number];

/** Position in `qualities`. */
export function qualityIndex(quality: Quality): number {
  return qualities.indexOf(quality);
}

/** The quality behind an index; anything out of range is `unknown`. */
export function qualityAt(index: number): Quality {
  return qualities[index] ?? 'unknown';
}

/** The worse of two qualities (`unknown` counts as worst). */
export function worseQuality(a: Quality, b: Quality): Quality {
  return qualityIndex(a) >= qualityIndex(b) ? a : b;
}
