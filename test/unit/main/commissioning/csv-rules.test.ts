import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../../../src/main/commissioning/csv-rules';

/** An independent reader of RFC 4180 for any separator. */
function parse(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(index + 1) === '"') cell += text.charAt((index += 1));
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === separator) {
      row.push(cell);
      cell = '';
    } else if (character === '\r' && text.charAt(index + 1) === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      index += 1;
    } else cell += character;
  }
  return rows;
}

const body = (rows: (string | number | null)[][]) => csvText(rows).slice(1);
const hostile = fc.string({ unit: fc.constantFrom('"', ',', ';', '\r', '\n', '\t', '=', '@', '-', '+', "'", ' ', 'a', 'ü', '\u202e', '🌱') }); // prettier-ignore

describe('CSV', () => {
  it('begins with the mark of UTF-8 and ends its lines with CRLF', () => {
    expect(csvText([['name', 'sizeBytes'], ['Zelt ü', 4_194_304], [null, 0.5]])).toBe('\u{FEFF}name,sizeBytes\r\nZelt ü,4194304\r\n,0.5\r\n'); // prettier-ignore
  });

  it.each([
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['say "x"', '"say ""x"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' edge', '" edge"'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x";"y")', '"\'=HYPERLINK(""http://x"";""y"")"'],
    ['a=1', 'a=1'],
    ['', ''],
  ])('writes %j as %j', (value, cell) => {
    expect(body([[value]])).toBe(`${cell}\r\n`);
  });

  it('is read back as it was, but for the apostrophe of what could be a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.array(hostile, { minLength: 1, maxLength: 5 }), { minLength: 1 }), (rows) => {
        const expected = rows.map((row) => row.map((value) => (/^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value)));
        expect(parse(body(rows))).toEqual(expected);
      }),
    );
  });

  it('is not torn by a reader that takes another separator, and never begins a cell like a formula', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        for (const separator of [',', ';', '\t']) {
          const [row = []] = parse(body([[value]]), separator);
          expect(row).toHaveLength(1);
          expect(row[0]).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });
});
