import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chooseLanguage } from '../../../../src/renderer/app/i18n';
import { apiErrorStatus } from '../../../../src/shared/domain/error-codes';
import { sensorTypes } from '../../../../src/shared/domain/sensor-types';
import { actuatorTypes } from '../../../../src/shared/domain/actuator-types';

const folder = 'resources/locales';
const namespaces = readdirSync(`${folder}/en`).sort();

type Texts = ReadonlyMap<string, string>;

function textsOf(language: 'en' | 'de', file: string): Texts {
  const flat = (value: unknown, path: string): [string, string][] =>
    typeof value === 'string'
      ? [[path, value]]
      : Object.entries(value as object).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
  return new Map(flat(JSON.parse(readFileSync(`${folder}/${language}/${file}`, 'utf8')), ''));
}

const variablesOf = (text = '') =>
  [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b));

describe('the texts', () => {
  test('have the same files in both languages', () => {
    expect(readdirSync(`${folder}/de`).sort()).toEqual(namespaces);
  });

  test.each(namespaces)('%s has the same keys in both languages', (file) => {
    expect([...textsOf('de', file).keys()].sort()).toEqual([...textsOf('en', file).keys()].sort());
  });

  test.each(namespaces)('%s has no empty text and the same variables in both languages', (file) => {
    const german = textsOf('de', file);
    const unequal = [...textsOf('en', file)].filter(([key, text]) => {
      const other = german.get(key);
      return text.trim() === '' || !other?.trim() || String(variablesOf(text)) !== String(variablesOf(other));
    });
    expect(unequal).toEqual([]);
  });

  test('have a sentence for every refusal, and a name for every sensor and actuator type', () => {
    const errors = textsOf('en', 'error.json');
    const common = textsOf('en', 'common.json');
    const wanted = [
      ...Object.keys(sensorTypes).map((type) => `sensorType.${type}`),
      ...actuatorTypes.map((type) => `actuatorType.${type}`),
    ];
    expect(Object.keys(apiErrorStatus).filter((code) => !errors.has(code))).toEqual([]);
    expect(wanted.filter((key) => !common.has(key))).toEqual([]);
  });
});

describe('the language', () => {
  test.each([
    ['de', ['en-US'], 'de'],
    ['en', ['de-DE'], 'en'],
    ['system', ['de-AT', 'en'], 'de'],
    ['system', ['fr-FR', 'de'], 'de'],
    ['system', ['fr-FR'], 'en'],
    ['system', [], 'en'],
  ] as const)('%s with %j is %s', (chosen, system, expected) => {
    expect(chooseLanguage(chosen, system)).toBe(expected);
  });
});
