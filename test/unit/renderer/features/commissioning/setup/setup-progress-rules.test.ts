import { describe, expect, it } from 'vitest';
import {
  expectedPhases,
  plannedChange,
  presentPhase,
  provedParts,
  setupPhases,
} from '../../../../../../src/renderer/features/commissioning/setup/setup-progress-rules';
import type { SetupJob } from '../../../../../../src/shared/api/commissioning';
import type { FlashJob, FlashPart } from '../../../../../../src/shared/api/flash';
import { provisioningSteps } from '../../../../../../src/shared/api/provisioning';
import { sampleFlashJob, sampleProvisioning, sampleSetup } from '../sample-jobs';

const part = (change: Partial<FlashPart> = {}): FlashPart => ({
  name: 'application',
  address: 0x10000,
  size: 800_000,
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  verified: true,
  skipped: false,
  writtenBytes: 800_000,
  ...change,
});

const statesOf = (job: SetupJob, group: string) =>
  setupPhases(job, expectedPhases(job))
    .filter((phase) => phase.group === group)
    .map(({ state }) => state)
    .join(' ');

describe('the phases of the flash', () => {
  const table: readonly [string, Partial<FlashJob>, string][] = [
    ['wait for their turn', { state: 'queued' }, 'waiting waiting waiting waiting'],
    ['begin with the connection', { state: 'connecting' }, 'running waiting waiting waiting'],
    ['erase as a part of writing', { state: 'erasing' }, 'done running waiting waiting'],
    ['write', { state: 'writing' }, 'done running waiting waiting'],
    ['read back', { state: 'verifying' }, 'done done running waiting'],
    ['need no writing when all is there', { state: 'verifying', parts: [part({ skipped: true })] }, 'done skipped running waiting'], // prettier-ignore
    ['restart', { state: 'resetting' }, 'done done done running'],
    ['end', { state: 'done' }, 'done done done done'],
    ['fail at the connection', { state: 'failed', facts: null }, 'failed waiting waiting waiting'],
    ['fail while writing', { state: 'failed', facts: {} as never, parts: [part({ verified: false })] }, 'done failed waiting waiting'], // prettier-ignore
    ['fail at the comparison', { state: 'failed', facts: {} as never, bytesWritten: 1_000_000, parts: [part({ verified: false })] }, 'done done failed waiting'], // prettier-ignore
    ['fail at the restart', { state: 'failed', facts: {} as never, bytesWritten: 1_000_000, parts: [part()] }, 'done done done failed'], // prettier-ignore
    ['are cancelled where they are', { state: 'cancelled', facts: {} as never, parts: [part()] }, 'done failed waiting waiting'], // prettier-ignore
  ];

  it.each(table)('%s', (_name, change, expected) => {
    expect(statesOf(sampleSetup({ flash: sampleFlashJob(change) }), 'flash')).toBe(expected);
  });

  it('say what a failure itself tells better', () => {
    const error = (code: 'no_restart' | 'verify_failed') => ({ code, message: '', retryable: true, details: {} });
    const failed = (code: 'no_restart' | 'verify_failed') =>
      statesOf(sampleSetup({ flash: sampleFlashJob({ state: 'failed', error: error(code) }) }), 'flash');
    expect([failed('no_restart'), failed('verify_failed')]).toEqual([
      'done done done failed',
      'done done failed waiting',
    ]);
  });
});

describe('the phases of a setup', () => {
  it('are the same rows from the first moment to the last', () => {
    const moments = [
      sampleSetup({ flash: null }),
      sampleSetup(),
      sampleSetup({ state: 'provisioning', flash: sampleFlashJob({ state: 'done' }), provisioning: sampleProvisioning('wifi') }), // prettier-ignore
      sampleSetup({ state: 'done', flash: sampleFlashJob({ state: 'done' }), provisioning: sampleProvisioning(null) }),
    ];
    const rows = moments.map((job) => setupPhases(job, expectedPhases(job)).map(({ id }) => id));
    expect(new Set(rows.map(String)).size).toBe(1);
    expect(rows[0]).toEqual(['connect', 'write', 'verify', 'restart', ...provisioningSteps]);
  });

  it('leave out the flash of a board that keeps its firmware', () => {
    const job = sampleSetup({ state: 'provisioning', flash: null, provisioning: sampleProvisioning('hello') });
    expect(expectedPhases(job)).toEqual({ flash: false, provisioning: true });
  });

  it('leave out the settings where only an image is written', () => {
    for (const state of ['flashing', 'failed', 'done'] as const)
      expect(expectedPhases(sampleSetup({ state, isFlashOnly: true })).provisioning).toBe(false);
  });

  it('carry the details of the console', () => {
    const provisioning = sampleProvisioning('broker', {
      steps: [{ id: 'hello', state: 'done', detail: 'leitstand-node 0.1.0' }],
    });
    const phases = setupPhases(sampleSetup({ provisioning }), { flash: false, provisioning: true });
    expect(phases.slice(0, 2)).toEqual([
      { group: 'provisioning', id: 'hello', state: 'done', detail: 'leitstand-node 0.1.0' },
      { group: 'provisioning', id: 'broker_check', state: 'waiting', detail: null },
    ]);
  });

  it.each([
    ['waits for the settings', { state: 'provisioning', provisioning: sampleProvisioning('wifi') }, 'waiting'],
    ['runs', { state: 'replacing', provisioning: sampleProvisioning(null) }, 'running'],
    ['is done', { state: 'done', provisioning: sampleProvisioning(null) }, 'done'],
    ['has failed when all before it is done', { state: 'failed', provisioning: sampleProvisioning(null) }, 'failed'],
    ['was not reached when the settings failed', { state: 'failed', provisioning: sampleProvisioning('wifi', { state: 'failed' }) }, 'waiting'], // prettier-ignore
  ] as const)('of a replacement end with a move, which %s', (_name, change, expected) => {
    const job = sampleSetup({ replaces: 'ESP_OLD' as never, flash: sampleFlashJob({ state: 'done' }), ...change });
    expect(statesOf(job, 'replacement')).toBe(expected);
  });
});

describe('the phase in big letters', () => {
  const present = (job: SetupJob) => presentPhase(setupPhases(job, expectedPhases(job)))?.id ?? null;

  it('is the one that runs, or failed, or comes next', () => {
    const flashed = { flash: sampleFlashJob({ state: 'done' }) };
    expect([
      present(sampleSetup()),
      present(sampleSetup({ ...flashed, provisioning: sampleProvisioning('wifi') })),
      present(sampleSetup({ flash: sampleFlashJob({ state: 'failed', facts: null }) })),
      present(sampleSetup({ ...flashed, state: 'provisioning' })),
      present(sampleSetup({ ...flashed, state: 'done', provisioning: sampleProvisioning(null) })),
    ]).toEqual(['write', 'wifi', 'connect', 'hello', null]);
  });
});

describe('what was proved', () => {
  it('counts parts that were read back, and which of them were written', () => {
    const parts = [part(), part({ skipped: true, size: 20_000 }), part({ verified: false })];
    expect(provedParts(sampleSetup({ flash: sampleFlashJob({ parts }) }))).toEqual({
      verified: 2,
      written: 1,
      bytes: 820_000,
    });
    expect(provedParts(sampleSetup({ flash: null }))).toEqual({ verified: 0, written: 0, bytes: 0 });
  });
});

describe('what flashing would change', () => {
  const planned = (isSame: boolean, changedBytes: number) => ({ sizeBytes: 10_000, isSame, changedBytes });

  it('is told in bytes of the image, though sectors are written', () => {
    expect(plannedChange([planned(true, 0), planned(false, 12_288)])).toEqual({
      isSame: false,
      changedBytes: 10_000,
      totalBytes: 20_000,
    });
  });

  it('is nothing when all parts are there', () => {
    expect(plannedChange([planned(true, 0)]).isSame).toBe(true);
    expect(plannedChange([]).isSame).toBe(false);
  });
});
