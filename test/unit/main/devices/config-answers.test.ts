// Answers to a configuration, case by case, through the service (wire contract 5.5; conformance H5, H7).
import { describe, expect, it } from 'vitest';
import { configResponse } from '../../../../src/shared/wire/messages/config';
import { actuator, answer, config, confirmLast, operation, outcome, push, rule, sensor } from './config-bench';
import { A, found, openCore, type Core } from './core-bench';

const sensors = [sensor(4), sensor(13)];
const actuators = [actuator(25), actuator(26)];
const conflict = { type: 'sensor', gpio: 13, error_code: 1002, error: 'GPIO_CONFLICT', detail: 'GPIO 13 not usable' };
const partial = { type: 'sensor', status: 'partial_success', count: 1, failed_count: 1, failures: [conflict] };

function ready(): Core {
  const core = openCore();
  core.approved(A);
  return core;
}
const pins = (core: Core, section: 'sensors' | 'actuators') =>
  config(core).confirmed?.[section]?.map(({ gpio }) => gpio);
const warnings = (core: Core) => [...found(core.registry.get(A)).warnings.values()];

describe('a partial success', () => {
  it('confirms what is fine and names the pins that are not', () => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, partial);
    expect(config(core)).toMatchObject({
      confirmed: { sensors: [sensor(4)] },
      state: { sensors: 'failed' },
      failures: [
        { section: 'sensors', gpio: 13, error: 'GPIO_CONFLICT', errorCode: 1002, detail: 'GPIO 13 not usable' },
      ],
    });
    expect(operation(core, id)).toEqual(['failed', 'sensors, pin 13: GPIO_CONFLICT (GPIO 13 not usable).']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['that does not name its failures', { failures: undefined }],
    ['that names fewer failures than it counts', { failed_count: 12 }],
    ['with a failure without a pin', { failures: [{ type: 'sensor', error: 'CONFIG_FAILED' }] }],
  ])('%s confirms nothing, because nobody knows what is fine', (_name, fields) => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, { ...partial, ...fields });
    expect([config(core).confirmed, config(core).state.sensors, operation(core, id)[0]]).toEqual([
      null,
      'failed',
      'failed',
    ]);
  });

  it('takes a pin that was confirmed before back', () => {
    const core = ready();
    push(core, { sensors });
    confirmLast(core);
    const id = push(core, { sensors });
    answer(core, id, { ...partial, status: 'error', failures: [conflict] });
    expect(pins(core, 'sensors')).toEqual([4]);
  });

  it('tells sensors on one pin apart where the device does', () => {
    const core = ready();
    const [first, second] = ['28FF4A1B2C3D4E5F', '28FF4A1B2C3D4E60'];
    const both = [first, second].map((onewire_address) => sensor(4, 'ds18b20', { onewire_address }));
    const id = push(core, { sensors: both });
    answer(core, id, {
      ...partial,
      failures: [{ gpio: 4, sensor_type: 'DS18B20', onewire_address: second?.toLowerCase(), error: 'CONFIG_FAILED' }],
    });
    expect(config(core).confirmed?.sensors?.map(({ onewire_address }) => onewire_address)).toEqual([first]);
  });

  it('leaves the failures of another section alone and is forgotten with the next push of its own', () => {
    const core = ready();
    answer(core, push(core, { sensors }), partial);
    push(core, { actuators });
    confirmLast(core);
    expect(config(core).failures).toHaveLength(1);
    push(core, { sensors });
    expect(config(core).failures).toEqual([]);
  });
});

describe('actuators that fail', () => {
  const failing = (gpio: number) => ({
    type: 'actuator',
    status: 'error',
    error_code: 'UNKNOWN_ERROR',
    message: 'pin conflict',
    failed_item: { gpio },
  });

  it('come one by one; the others are confirmed when the device has stored them', () => {
    const core = ready();
    const id = push(core, { actuators });
    answer(core, id, failing(25));
    expect([operation(core, id)[0], pins(core, 'actuators'), config(core).state.actuators]).toEqual([
      'pending',
      undefined,
      'pending',
    ]);
    outcome(core, id, 'persisted');
    expect([operation(core, id), pins(core, 'actuators'), config(core).failures]).toEqual([
      ['failed', 'actuators, pin 25: UNKNOWN_ERROR (pin conflict).'],
      [26],
      [{ section: 'actuators', gpio: 25, error: 'UNKNOWN_ERROR', detail: 'pin conflict' }],
    ]);
  });

  it('leave the others unconfirmed when the device does not store them', () => {
    const core = ready();
    const id = push(core, { actuators });
    answer(core, id, failing(25));
    outcome(core, id, 'failed', { code: 'COMMIT_FAILED' });
    expect([operation(core, id)[0], config(core).confirmed, config(core).failures.map(({ error }) => error)]).toEqual([
      'failed',
      null,
      ['UNKNOWN_ERROR', 'COMMIT_FAILED'],
    ]);
  });

  it('leave the others unconfirmed when nothing more comes in time', () => {
    const core = ready();
    const id = push(core, { actuators });
    answer(core, id, failing(25));
    core.clock.advance(75_000);
    expect([operation(core, id), config(core).confirmed]).toEqual([
      [
        'failed',
        'actuators, pin 25: UNKNOWN_ERROR (pin conflict). The device did not answer for the rest within 75 seconds. Check that it is there, then send the configuration again.',
      ],
      null,
    ]);
  });

  it('end the wait at once when all of them failed', () => {
    const core = ready();
    const id = push(core, { actuators });
    answer(core, id, failing(25));
    answer(core, id, { ...failing(26), failed_item: undefined, gpio: 26 });
    expect([operation(core, id)[0], config(core).state.actuators]).toEqual(['failed', 'failed']);
  });

  it('end the wait at once when the device does not say which', () => {
    const core = ready();
    const id = push(core, { actuators });
    answer(core, id, { ...failing(25), failed_item: undefined });
    expect([operation(core, id)[0], config(core).confirmed]).toEqual(['failed', null]);
  });

  it('count also when they come behind the outcome', () => {
    const core = ready();
    const id = push(core, { actuators: [...actuators, actuator(27)] });
    outcome(core, id, 'persisted');
    answer(core, id, failing(25));
    answer(core, id, failing(26));
    expect([operation(core, id)[0], pins(core, 'actuators')]).toEqual(['failed', [27]]);
  });

  it('beside sensors that are fine fail alone', () => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    answer(core, id, { type: 'sensor' });
    answer(core, id, failing(25));
    outcome(core, id, 'persisted');
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'failed', offlineRules: 'none' });
    expect([pins(core, 'sensors'), pins(core, 'actuators')]).toEqual([[4, 13], [26]]);
  });
});

describe('an error of the whole push', () => {
  it.each([
    ['JSON_PARSE_ERROR', { error_code: 'JSON_PARSE_ERROR', message: 'broken' }, 'JSON_PARSE_ERROR'],
    ['PAYLOAD_TOO_LARGE', { error: 'PAYLOAD_TOO_LARGE' }, 'PAYLOAD_TOO_LARGE'],
    ['a number that the contract names', { error_code: 2003 }, 'NVS_WRITE_FAILED'],
    ['no name at all', {}, 'UNKNOWN_ERROR'],
  ])('(%s) ends it for every section', (_name, fields, error) => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    answer(core, id, { type: 'system', status: 'error', ...fields });
    expect([operation(core, id)[0], config(core).state, config(core).confirmed]).toEqual([
      'failed',
      { sensors: 'failed', actuators: 'failed', offlineRules: 'none' },
      null,
    ]);
    expect(config(core).failures.map((failure) => [failure.section, failure.error])).toEqual([
      ['sensors', error],
      ['actuators', error],
    ]);
    expect(warnings(core)).toEqual([]);
  });

  it('after everything was confirmed takes it back, late as it is', () => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, { type: 'sensor' });
    answer(core, id, { type: 'system', status: 'error', error_code: 'COMMIT_FAILED' });
    expect([operation(core, id)[0], config(core).state.sensors, config(core).confirmed]).toEqual([
      'confirmed',
      'failed',
      null,
    ]);
    expect(core.kinds().at(-1)).toBe('config.failed');
  });

  it('does not take back what was confirmed beside a section that was refused (5.6)', () => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    answer(core, id, { type: 'sensor' });
    answer(core, id, { type: 'actuator', status: 'error', error: 'VALIDATION_FAILED' });
    outcome(core, id, 'failed', { code: 'VALIDATION_FAILED' });
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'failed', offlineRules: 'none' });
  });

  it('that is a success confirms everything', () => {
    const core = ready();
    const id = push(core, { sensors, actuators, offlineRules: [rule(25, 4)] });
    answer(core, id, { type: 'configuration' });
    expect([operation(core, id)[0], config(core).confirmed]).toEqual([
      'confirmed',
      { sensors, actuators, offlineRules: [rule(25, 4)] },
    ]);
  });

  it.each([
    ['rejected', { reason: 'busy', code: 'SAFETY_LOCKED' }, 'sensors: SAFETY_LOCKED (busy).'],
    ['failed', { code: 'COMMIT_FAILED' }, 'sensors: COMMIT_FAILED.'],
    ['expired', {}, 'sensors: expired.'],
  ])('by its outcome (%s) fails at once', (word, more, reason) => {
    const core = ready();
    const id = push(core, { sensors });
    outcome(core, id, word, more);
    expect([operation(core, id), config(core).state.sensors]).toEqual([['failed', reason], 'failed']);
  });
});

describe('words that the contract does not know', () => {
  it('make a failure with the raw name and a warning', () => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, { ...partial, failures: [{ ...conflict, error: 'MOON_PHASE' }] });
    expect(config(core).failures).toMatchObject([{ gpio: 13, error: 'MOON_PHASE' }]);
    expect(warnings(core)).toMatchObject([{ code: 'unknown_config_error', raw: 'MOON_PHASE', count: 1 }]);
  });

  it('as a status count as an error', () => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, { type: 'sensor', status: 'maybe' });
    expect([operation(core, id)[0], config(core).confirmed]).toEqual(['failed', null]);
  });
});

describe('the first word', () => {
  it('of a section that failed counts, whatever is said behind it', () => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    answer(core, id, { ...partial, status: 'error' });
    answer(core, id, { type: 'sensor' });
    expect([config(core).state.sensors, config(core).confirmed]).toEqual(['failed', null]);
  });

  it('of an intent that was stored counts', () => {
    const core = ready();
    const id = push(core, { sensors });
    answer(core, id, { type: 'sensor' });
    outcome(core, id, 'persisted');
    outcome(core, id, 'failed', { code: 'COMMIT_FAILED' });
    expect(config(core).state.sensors).toBe('confirmed');
  });
});

describe('an error without an id', () => {
  it('settles nothing, but is shown on the device', () => {
    const core = ready();
    const id = push(core, { sensors });
    core.configuration.answered(
      A,
      configResponse.schema.parse({ type: 'system', status: 'error', error_code: 'JSON_PARSE_ERROR' }),
    );
    expect([operation(core, id)[0], config(core).state.sensors]).toEqual(['pending', 'pending']);
    expect(warnings(core)).toMatchObject([{ code: 'config_refused_unnamed', raw: 'JSON_PARSE_ERROR' }]);
  });
});

describe('a success that belongs to nothing', () => {
  it.each([undefined, 'foreign'])('(id %s) settles nothing, but is shown on the device', (correlation_id) => {
    const core = ready();
    const id = push(core, { sensors });
    core.configuration.answered(
      A,
      configResponse.schema.parse({ type: 'sensor', status: 'success', count: 1, correlation_id }),
    );
    expect([operation(core, id)[0], config(core).state.sensors]).toEqual(['pending', 'pending']);
    expect(warnings(core)).toMatchObject([{ code: 'unmatched_answer' }]);
  });
});

describe('the review of an answer', () => {
  const review = (status: string, type: string) =>
    configResponse.review(configResponse.schema.parse({ status, type }), {});

  it('flags words that the contract does not know, and no others', () => {
    for (const status of ['success', 'ok', 'partial', 'partial_success', 'failed', 'error'])
      for (const type of ['sensor', 'actuator', 'system', 'cfg']) expect(review(status, type)).toEqual([]);
    expect(review('maybe', 'pump')).toEqual([
      { code: 'unknown_config_status', field: 'status', raw: 'maybe' },
      { code: 'unknown_config_type', field: 'type', raw: 'pump' },
    ]);
  });
});

describe('an answer that comes twice', () => {
  it('changes nothing', () => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    answer(core, id, partial);
    const before = JSON.stringify(config(core));
    answer(core, id, partial);
    answer(core, id, { type: 'sensor' });
    expect(JSON.stringify(config(core))).toBe(before);
    expect(config(core).failures).toHaveLength(1);
  });

  it('is one answer when it is another pin', () => {
    const core = ready();
    const id = push(core, { actuators: [...actuators, actuator(27)] });
    const failing = (gpio: number) => answer(core, id, { type: 'actuator', status: 'error', failed_item: { gpio } });
    for (const gpio of [25, 25, 26]) failing(gpio);
    outcome(core, id, 'persisted');
    expect([config(core).failures.map(({ gpio }) => gpio), pins(core, 'actuators')]).toEqual([[25, 26], [27]]);
  });
});
