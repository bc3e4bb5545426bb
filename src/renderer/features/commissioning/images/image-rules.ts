import {
  MAX_IMAGE_BYTES,
  type FlashImage,
  type FlashJob,
  type FlashOptions,
  type Inspection,
} from '../../../../shared/api/flash';

/* What the list of images shows, and what writing one means for the board. */

/** First digits of a SHA-256 that tell images apart in a list; the whole stands in the details. */
const SHORT_DIGITS = 10;

export function shortSha(sha256: string): string {
  return sha256.slice(0, SHORT_DIGITS);
}

const kinds = { bundled: 0, user: 1, backup: 2 } as const;

/** Bundled ones, then added ones, then backups; within a kind by name. An image keeps its place while others come and go. */
export function orderedImages(images: readonly FlashImage[]): FlashImage[] {
  const byName = (a: FlashImage, b: FlashImage) => a.name.localeCompare(b.name, 'en', { numeric: true });
  return [...images].sort((a, b) => kinds[a.kind] - kinds[b.kind] || byName(a, b) || a.id.localeCompare(b.id));
}

/** Why a file is not even sent, or null. */
export function uploadProblem(sizeBytes: number): 'empty' | 'tooBig' | null {
  if (sizeBytes === 0) return 'empty';
  return sizeBytes > MAX_IMAGE_BYTES ? 'tooBig' : null;
}

const MAX_NAME_CHARS = 128;

/** A file name as the API takes it: its end, with the extension, is what counts. */
export function uploadName(fileName: string): string {
  return fileName.slice(-MAX_NAME_CHARS);
}

export type WriteChoice = Pick<FlashOptions, 'eraseAll' | 'skipIfSame' | 'keepUserData'>;

/** How an image is written unless the operator says otherwise: a backup brings its own settings, everything else keeps the board's. */
export function firstChoice(kind: FlashImage['kind']): WriteChoice {
  return { eraseAll: false, skipIfSame: true, keepUserData: kind !== 'backup' };
}

/** What happens to what is on the board: the sentence before Start. */
export function consequenceOf(
  kind: FlashImage['kind'],
  choice: WriteChoice,
): 'restore' | 'erased' | 'settingsLost' | 'settingsKept' {
  if (kind === 'backup') return 'restore';
  if (choice.eraseAll) return 'erased';
  return choice.keepUserData ? 'settingsKept' : 'settingsLost';
}

/** How much of an image is on the board already. */
export function changeOf({ parts }: Pick<Inspection, 'parts'>): {
  readonly changedBytes: number;
  readonly totalBytes: number;
} {
  return parts.reduce(
    (sum, part) => ({
      changedBytes: sum.changedBytes + part.changedBytes,
      totalBytes: sum.totalBytes + part.sizeBytes,
    }),
    { changedBytes: 0, totalBytes: 0 },
  );
}

const over: ReadonlySet<FlashJob['state']> = new Set(['done', 'failed', 'cancelled']);

/** True when a job has ended, however. */
export function isOver({ state }: Pick<FlashJob, 'state'>): boolean {
  return over.has(state);
}

/** Parts of a job by what was proved about them. */
export function partCounts({ parts }: Pick<FlashJob, 'parts'>): {
  readonly verified: number;
  readonly skipped: number;
  readonly all: number;
} {
  return {
    verified: parts.filter(({ verified }) => verified).length,
    skipped: parts.filter(({ skipped }) => skipped).length,
    all: parts.length,
  };
}
