import { describe, expect, test } from 'vitest';
import { parsePreferences } from '../../../../src/renderer/app/preferences';

const defaults = { theme: 'system', density: 'normal', language: 'system' };

describe('stored preferences', () => {
  test('come back as they were stored', () => {
    const chosen = { theme: 'light', density: 'glove', language: 'de' };
    expect(parsePreferences(JSON.stringify(chosen))).toEqual(chosen);
  });

  test.each([null, '', 'null', '{', '[]', '"dark"'])('%j becomes the defaults', (text) => {
    expect(parsePreferences(text)).toEqual(defaults);
  });

  test('lose what is not known and keep the rest', () => {
    expect(parsePreferences('{"theme":"pink","density":"glove","other":1}')).toEqual({ ...defaults, density: 'glove' });
  });
});
