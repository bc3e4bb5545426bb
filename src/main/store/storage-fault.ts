import type { StoreView } from '../../shared/api/status';

export type StorageFault = Exclude<StoreView['state'], 'recording'>;

const sentences: Readonly<Record<StorageFault, string>> = {
  full: 'The disk is full: nothing is recorded. Free some space; recording resumes by itself.',
  read_only: 'The database cannot be written: nothing is recorded. Check the rights of the data directory.',
  failed:
    'The database reports an error: nothing is recorded. Restart the console; an unreadable file is then set aside.',
};

/** The one place where SQLite error codes are read. */
export function classifyStorageFault(error: unknown): StorageFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'SQLITE_FULL') return 'full';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM')
    return 'read_only';
  return 'failed';
}

/** True for a file that SQLite cannot read at all. */
export function isUnreadable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}

/** What the operator reads about a fault. */
export function faultSentence(fault: StorageFault): string {
  return sentences[fault];
}
