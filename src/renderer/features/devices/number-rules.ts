/** A typed number, with point or comma; null when it is none. `isWhole` refuses a fraction. */
export function parseNumber(text: string, isWhole: boolean): number | null {
  const pattern = isWhole ? /^-?\d{1,9}$/ : /^-?\d{1,9}(\.\d{1,6})?$/;
  const plain = text.trim().replace(',', '.').replace('−', '-');
  return pattern.test(plain) ? Number(plain) : null;
}
