/*
 * The page's texts as a test names them: `text('stop:clear.button')`. Read from the locale files themselves, so that a test speaks of what
 * an operator sees and a reworded sentence breaks nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInstance } from 'i18next';

export type Language = 'en' | 'de';
type Values = Readonly<Record<string, string | number>>;

const locales = resolve(import.meta.dirname, '../../../resources/locales');

function namespacesOf(language: Language): Record<string, Record<string, unknown>> {
  const files = readdirSync(join(locales, language));
  const read = (file: string) =>
    JSON.parse(readFileSync(join(locales, language, file), 'utf8')) as Record<string, unknown>;
  return Object.fromEntries(files.map((file) => [file.replace('.json', ''), read(file)]));
}

const speaker = createInstance();
void speaker.init({
  resources: { en: namespacesOf('en'), de: namespacesOf('de') },
  lng: 'en',
  defaultNS: 'common',
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** The text of a key (`namespace:key`, `common` by default); a key that does not exist fails the test. */
export function text(key: string, values: Values = {}, language: Language = 'en'): string {
  if (!speaker.exists(key, { ...values, lng: language })) throw new Error(`There is no text ${key} in ${language}.`);
  return (speaker.t as (key: string, options: object) => string)(key, { ...values, lng: language });
}

/** As `text`, as an expression that finds it anywhere; values that are left out match anything. */
export function pattern(key: string, values: Values = {}, language: Language = 'en'): RegExp {
  const open = '\u0000';
  const sentence = text(key, values, language).replace(/\{\{\w+\}\}/g, open);
  return new RegExp(sentence.split(open).map(escapeExpression).join('.+?'));
}

/** Every text of a language by its full key (plural forms apart). */
export function allTexts(language: Language): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (node: unknown, path: string) => {
    if (typeof node === 'string') found.set(path, node);
    else if (typeof node === 'object' && node !== null)
      for (const [key, child] of Object.entries(node))
        collect(child, path.endsWith(':') ? path + key : `${path}.${key}`);
  };
  for (const [namespace, texts] of Object.entries(namespacesOf(language))) collect(texts, `${namespace}:`);
  return found;
}

export function escapeExpression(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
