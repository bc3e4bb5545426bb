import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import {
  commandFor,
  flashSizeText,
  jobErrorIn,
  spokenDetails,
  spokenValues,
} from '../../../../../src/renderer/features/commissioning/job-error-rules';
import { jobErrorCodes, type JobErrorCode } from '../../../../../src/shared/domain/job-errors';

type Sentences = { readonly what: string; readonly todo: string };

const sentencesOf = (language: 'en' | 'de') =>
  (
    JSON.parse(readFileSync(`resources/locales/${language}/commissioning.json`, 'utf8')) as {
      errors: Record<string, Sentences>;
    }
  ).errors;

/** The values of each code as its comment in job-errors.ts names them. */
function documentedDetails(): Map<string, string[]> {
  const source = readFileSync('src/shared/domain/job-errors.ts', 'utf8');
  const lines = [...source.matchAll(/^ {2}'(\w+)',(?: \/\/ (.*))?$/gm)];
  return new Map(
    lines.map(([, code = '', comment = '']) => [
      code,
      (/details: (.*)$/.exec(comment)?.[1] ?? '').split(',').map((name) => name.trim().replace('?', '')),
    ]),
  );
}

const variablesOf = ({ what, todo }: Sentences) =>
  [...new Set([...`${what} ${todo}`.matchAll(/\{\{\s*(\w+)/g)].map(([, name = '']) => name))].sort();

describe('the sentences for failures', () => {
  test.each(['en', 'de'] as const)(
    'say what happened and what to do for every code in %s, and for nothing else',
    (language) => {
      const sentences = sentencesOf(language);
      expect(Object.keys(sentences).sort()).toEqual([...jobErrorCodes].sort());
      const incomplete = Object.values(sentences).filter(
        ({ what, todo }) => !/[.:]$/.test(what) || !/[.:]$/.test(todo),
      );
      expect(incomplete).toEqual([]);
    },
  );

  test.each(['en', 'de'] as const)('speak in %s of exactly the values that the page demands', (language) => {
    const sentences = sentencesOf(language);
    const spoken = Object.fromEntries(Object.entries(sentences).map(([code, both]) => [code, variablesOf(both)]));
    const demanded = Object.fromEntries(jobErrorCodes.map((code) => [code, [...(spokenDetails[code] ?? [])].sort()]));
    expect(spoken).toEqual(demanded);
  });

  test('speak only of values that are documented with their code', () => {
    const documented = documentedDetails();
    expect([...documented.keys()].sort()).toEqual([...jobErrorCodes].sort());
    const unknown = Object.entries(spokenDetails).flatMap(([code, names]) =>
      names.filter((name) => !documented.get(code)?.includes(name)).map((name) => `${code}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the values of a sentence', () => {
  const values = (code: JobErrorCode, details: Record<string, string | number | boolean>) =>
    spokenValues({ code, details });

  it('are written as people read them', () => {
    expect(values('flash_too_small', { flashSizeBytes: 2 * 1024 * 1024, requiredBytes: 3.5 * 1024 * 1024 })).toEqual({
      flashSizeBytes: '2 MB',
      requiredBytes: '3.5 MB',
    });
    expect(values('write_refused', { address: 0x10000, status: 8 })).toEqual({ address: '0x10000', status: '8' });
    expect(values('port_failed', { reason: 'Input/output error.' })).toEqual({ reason: 'Input/output error' });
  });

  it('leave out what no sentence speaks of', () => {
    expect(values('port_in_use', { path: '/dev/ttyUSB0', holder: 'minicom' })).toEqual({ path: '/dev/ttyUSB0' });
    expect(values('cancelled', { anything: 1 })).toEqual({});
  });

  it('are none when one is missing or empty, so that the sentence of the console serves', () => {
    expect(values('wrong_chip', { chip: 'ESP32-S3' })).toBeNull();
    expect(values('device_known', { deviceId: 'ESP_010203', name: '' })).toBeNull();
  });
});

describe('a line to type', () => {
  it('is given where one mends the failure', () => {
    expect(commandFor({ code: 'port_no_permission', details: { path: '/dev/ttyACM0', group: 'uucp' } })).toBe(
      'sudo usermod -a -G uucp $USER',
    );
    expect(commandFor({ code: 'broker_on_loopback', details: {} })).toContain('--broker-host 0.0.0.0');
  });

  it('is not given elsewhere', () => {
    expect(commandFor({ code: 'port_no_permission', details: { path: 'COM3' } })).toBeNull();
    expect(commandFor({ code: 'no_answer', details: { group: 'dialout' } })).toBeNull();
  });
});

describe('a refused call', () => {
  it('carries the failure of a job with its values', () => {
    expect(jobErrorIn('No chip answers.', { job: 'no_answer', hasModemLines: true, nested: { a: 1 } })).toEqual({
      code: 'no_answer',
      message: 'No chip answers.',
      retryable: true,
      details: { hasModemLines: true },
    });
  });

  it('is no failure of a job when it names none that we know', () => {
    expect(jobErrorIn('Busy.', {})).toBeNull();
    expect(jobErrorIn('Busy.', { job: 'something_new' })).toBeNull();
  });
});

test('a flash size is written as it is printed on the module', () => {
  expect([flashSizeText(4_194_304), flashSizeText(524_288)]).toEqual(['4 MB', '0.5 MB']);
});
