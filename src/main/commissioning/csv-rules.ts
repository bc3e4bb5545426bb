/** A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"). */
const formulaStart = /^[=+\-@\t\r\n]/;
/** What would end a cell for somebody: also for a reader that takes `;` or a tab for the separator. */
const needsQuotes = /[",;\t\r\n]|^\s|\s$/;

/** Tells Excel that the file is UTF-8. */
const BYTE_ORDER_MARK = '\u{FEFF}';

/**
 * Rows as CSV after RFC 4180: comma, CRLF, quotes doubled; UTF-8 with a byte order mark. A text that a spreadsheet would run as a formula gets
 * a leading apostrophe; numbers are written as they are, null as nothing.
 */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const guarded = formulaStart.test(value) ? `'${value}` : value;
  return needsQuotes.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
