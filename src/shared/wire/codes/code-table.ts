/** How bad a code is, in the words of wire contract 1.8. */
export type Severity = 'info' | 'warning' | 'error' | 'critical';

/**
 * The entry under a word that came from outside, or undefined. A word is data: `constructor` and other names of built-ins are as unknown as
 * any other word.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, word: string | number): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
