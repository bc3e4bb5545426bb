import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeTables, codeTextKey, type CodeTable } from '../../../../../src/shared/wire/codes/code-tables';

type Sentences = { readonly text: string; readonly next: string };
type Texts = Readonly<Record<string, Readonly<Record<string, Sentences>>>>;

const textsOf = (language: 'en' | 'de') =>
  JSON.parse(readFileSync(`resources/locales/${language}/codes.json`, 'utf8')) as Texts;
const english = textsOf('en');
const german = textsOf('de');
const tables = Object.keys(codeTables) as CodeTable[];

const flat = (texts: Texts) =>
  Object.entries(texts).flatMap(([table, codes]) =>
    Object.entries(codes).map(([code, sentences]) => ({ key: `${table}.${code}`, code, ...sentences })),
  );

describe('the sentences of the codes', () => {
  it('have the same keys in both languages, text and next step for each', () => {
    const keys = (texts: Texts) => flat(texts).map(({ key }) => key);
    expect(keys(german)).toEqual(keys(english));
    const parts = [english, german].flatMap((texts) => Object.values(texts).flatMap((codes) => Object.values(codes)));
    expect(parts.filter((each) => String(Object.keys(each)) !== 'text,next')).toEqual([]);
  });

  it.each(tables)('exist for every code of the table %s, for unknown ones, and for nothing else', (table) => {
    const wanted = [...Object.keys(codeTables[table]), 'unknown'].sort();
    expect(Object.keys(english[table] ?? {}).sort()).toEqual(wanted);
  });

  it('belong to tables that exist', () => {
    expect(Object.keys(english).sort()).toEqual([...tables].sort());
  });

  it.each([
    ['English', english],
    ['German', german],
  ])('are whole sentences in %s', (_language, texts) => {
    const broken = flat(texts).filter(
      ({ text, next }) => text.length < 10 || next.length < 10 || !text.endsWith('.') || !next.endsWith('.'),
    );
    expect(broken).toEqual([]);
  });

  it('differ between English and German', () => {
    const other = new Map(flat(german).map((each) => [each.key, each]));
    const same = flat(english).filter(({ key, text, next }) => {
      const { text: germanText, next: germanNext } = other.get(key) ?? {};
      return text === germanText || next === germanNext;
    });
    expect(same).toEqual([]);
  });

  it('name the code in the text of every unknown entry and only there', () => {
    const withCode = (texts: Texts) => flat(texts).filter(({ text, next }) => `${text}${next}`.includes('{{'));
    for (const texts of [english, german]) {
      expect(withCode(texts).map(({ key }) => key)).toEqual(Object.keys(texts).map((table) => `${table}.unknown`));
      expect(withCode(texts).filter(({ text }) => !text.includes('{{code}}'))).toEqual([]);
    }
  });

  it('never call the software stop an emergency stop', () => {
    const wrong = [...flat(english), ...flat(german)].filter(({ text, next }) =>
      /emergency stop|not-?stopp/i.test(text + next),
    );
    expect(wrong).toEqual([]);
  });
});

describe('codeTextKey', () => {
  it.each([
    ['outcome', 'QUEUE_FULL', 'outcome.QUEUE_FULL'],
    ['deviceError', 1011, 'deviceError.1011'],
    ['deviceError', '1011', 'deviceError.1011'],
    ['deviceError', 1008, 'deviceError.unknown'],
    ['reset', 'UNKNOWN', 'reset.UNKNOWN'],
    ['alert', 'constructor', 'alert.unknown'],
    ['will', '__proto__', 'will.unknown'],
    ['zone', '', 'zone.unknown'],
  ] as const)('of %s %s is %s', (table, code, key) => {
    expect(codeTextKey(table, code)).toBe(key);
  });
});
