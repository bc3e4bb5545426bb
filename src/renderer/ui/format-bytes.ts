import { formatNumber } from './format';

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** `812 kB`, `4.2 MB`, `41 GB`: decimal units, two digits at least. */
export function formatBytes(sizeBytes: number): string {
  let size = sizeBytes / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size, size < 9.95 && unit > 0 ? 1 : 0)} ${units[unit] ?? ''}`;
}
