const LONGEST_MINUTES = 24 * 60;

/** Minutes as an operator types them (comma or point), or null when they make no sense: 1 to 1440. */
export function minutesOf(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(trimmed)) return null;
  const minutes = Number(trimmed);
  return minutes >= 1 && minutes <= LONGEST_MINUTES ? minutes : null;
}
