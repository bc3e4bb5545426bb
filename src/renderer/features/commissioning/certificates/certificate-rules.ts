import type { Certificate } from '../../../../shared/api/commissioning';

/* The list of certificates: pages put together, what is new, and which of them a file has. */

/** Pages put together: newest first, each certificate once. */
export function mergeCertificates(shown: readonly Certificate[], added: readonly Certificate[]): Certificate[] {
  const known = new Set(shown.map(({ id }) => id));
  const all = [...shown, ...added.filter(({ id }) => !known.has(id))];
  return all.sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
}

/** Certificates that setups of this run have made and that are not shown yet. */
export function newCertificates(shown: readonly Certificate[], madeIds: readonly (string | null)[]): number {
  const known = new Set(shown.map(({ id }) => id));
  return madeIds.filter((id) => id !== null && !known.has(id)).length;
}

/** Which certificates a file has. `today` begins at local midnight, the others go back from now. */
export const periods = ['all', 'today', 'week', 'month'] as const;
export type Period = (typeof periods)[number];

const DAY_MS = 86_400_000;
const days = { week: 7, month: 30 } as const;

/** The beginning of a period as the API takes it; undefined for everything. */
export function sinceOf(period: Period, now: number): string | undefined {
  if (period === 'all') return undefined;
  if (period === 'today') return new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
  return new Date(now - days[period] * DAY_MS).toISOString();
}

/** An address in flash as esptool writes it: `0x10000`. */
export function addressText(address: number): string {
  return `0x${address.toString(16)}`;
}
