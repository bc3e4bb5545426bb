/** How urgent something is, most urgent first. `none` is the quiet grey mark of a normal thing. */
export const priorities = ['urgent', 'high', 'low', 'none'] as const;
export type Priority = (typeof priorities)[number];

/** Sorts the more urgent first. */
export function comparePriority(a: Priority, b: Priority): number {
  return priorities.indexOf(a) - priorities.indexOf(b);
}
