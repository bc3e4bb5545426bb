/*
 * Finds English in a page that should be German, in two ways: what reads like a text of the English locale whose German text reads
 * differently, and what contains words that no German sentence has (a text that never came from the locale).
 */
import type { Page } from '@playwright/test';
import { allTexts, escapeExpression } from './texts';

const englishWord =
  /\b(the|is|are|not|of|and|with|from|for|devices?|waiting|since|ago|stopped|unknown|please|cannot|can't)\b/i;
/** A text of placeholders and signs says nothing about its language. */
const word = /\p{L}{3}/u;

type Sentence = { readonly english: RegExp; readonly key: string };

const exactly = (sentence: string): RegExp =>
  new RegExp(
    `^${sentence
      .trim()
      .split(/\{\{\w+\}\}/)
      .map(escapeExpression)
      .join('.*?')}$`,
  );

const saysSomething = (sentence: string): boolean => word.test(sentence.replace(/\{\{\w+\}\}/g, ''));

const germanTexts = allTexts('de');
const germanExpressions = [...germanTexts.values()].filter(saysSomething).map(exactly);
const sentences: readonly Sentence[] = [...allTexts('en')]
  .filter(([key, sentence]) => saysSomething(sentence) && germanTexts.get(key) !== sentence)
  .map(([key, sentence]) => ({ key, english: exactly(sentence) }));

/** What can be read or heard now: text nodes, and the attributes that are shown or read out. Runs in the page. */
function readTexts(): readonly string[] {
  const texts = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    // Options are read where they can be chosen; keys and code are the same in every language.
    if (parent?.checkVisibility() !== true && parent?.tagName !== 'OPTION') continue;
    texts.add((node.textContent ?? '').trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      texts.add(element.getAttribute(name)?.trim() ?? '');
  texts.add(document.title);
  texts.delete('');
  return [...texts];
}

/** Every English text on the page; `record` are sentences of the journal, which stay as they were written. */
export async function englishTexts(page: Page, record: readonly string[]): Promise<readonly string[]> {
  const shown = (await page.evaluate(readTexts)).filter((each) => !record.includes(each));
  const parts = shown.flatMap((each) => [each, ...each.split(' · ')]);
  return [...new Set(parts)].flatMap((each) => {
    const isGerman = germanExpressions.some((expression) => expression.test(each));
    const key = isGerman ? undefined : sentences.find(({ english }) => english.test(each))?.key;
    if (key !== undefined) return [`“${each}” is ${key}`];
    return !isGerman && englishWord.test(each) ? [`“${each}” sounds English`] : [];
  });
}
