import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import de from '../../../../resources/locales/de/common.json';
import en from '../../../../resources/locales/en/common.json';
import {
  formatAge,
  formatDay,
  formatDuration,
  formatMoment,
  formatNumber,
  formatPercent,
  formatReading,
  formatTime,
} from '../../../../src/renderer/ui/format';
import { formatBytes } from '../../../../src/renderer/ui/format-bytes';

const at = new Date(2026, 10, 21, 14, 2, 7).getTime();

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    defaultNS: 'common',
    resources: { en: { common: en }, de: { common: de } },
    interpolation: { escapeValue: false },
  });
});

describe('in English', () => {
  beforeAll(() => i18next.changeLanguage('en'));

  test('readings have the decimals of their type, missing ones a dash', () => {
    expect([
      formatReading(23.44, 'ds18b20'),
      formatReading(7.1, 'ph'),
      formatReading(1012.6, 'bmp280_pressure'),
      formatReading(1.5, 'alien'),
    ]).toEqual(['23.4', '7.10', '1,013', '1.50']);
    expect([formatReading(null, 'ph'), formatNumber(Number.NaN, 1)]).toEqual(['–', '–']);
  });

  test('there is no negative zero, and minus is a minus', () => {
    expect([formatNumber(-0.04, 1), formatNumber(-0.06, 1), formatNumber(-84, 0)]).toEqual(['0.0', '−0.1', '−84']);
  });

  test('durations, ages and shares', () => {
    expect([formatDuration(275_000), formatDuration(3460), formatAge(366_000), formatPercent(0.6)]).toEqual([
      '4 min 35 s',
      '3.4 s',
      '6 min',
      '60 %',
    ]);
  });

  test('times are local, another day is named', () => {
    expect([formatTime(at), formatDay(at), formatMoment(at, at + 1000), formatMoment(at, at + 86_400_000)]).toEqual([
      '14:02:07',
      'Sat 21 Nov',
      '14:02:07',
      'Sat 21 Nov 14:02:07',
    ]);
  });

  test('sizes', () => {
    expect([0, 812_000, 4_240_000, 41_200_000, 999_600_000, 41e9, 5e15].map(formatBytes)).toEqual([
      '0 kB',
      '812 kB',
      '4.2 MB',
      '41 MB',
      '1.0 GB',
      '41 GB',
      '5,000 TB',
    ]);
  });
});

describe('in German', () => {
  beforeAll(() => i18next.changeLanguage('de'));

  test('numbers and days are written as German ones', () => {
    expect([formatReading(1012.6, 'bmp280_pressure'), formatReading(23.44, 'ds18b20'), formatDay(at)]).toEqual([
      '1.013',
      '23,4',
      'Sa 21. Nov',
    ]);
  });
});
