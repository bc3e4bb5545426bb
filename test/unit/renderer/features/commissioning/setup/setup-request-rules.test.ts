import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { imagesFor, runsOurFirmware } from '../../../../../../src/renderer/features/commissioning/setup/image-rules';
import { replaceableDevices } from '../../../../../../src/renderer/features/commissioning/setup/replace-rules';
import { emptyDraft, type SetupDraft } from '../../../../../../src/renderer/features/commissioning/setup/setup-draft';
import {
  boardIdentity,
  hostProblem,
  passwordProblem,
  portNumber,
  setupRequest,
  signalWord,
  ssidProblem,
  stepProblems,
  strongestFirst,
  type StepFacts,
} from '../../../../../../src/renderer/features/commissioning/setup/setup-request-rules';
import type { FormStep } from '../../../../../../src/renderer/features/commissioning/setup/setup-wizard-state';
import { setupInputSchema } from '../../../../../../src/shared/api/commissioning';
import type { FlashImage } from '../../../../../../src/shared/api/flash';
import { deviceBrokerSchema, wifiSchema } from '../../../../../../src/shared/api/provisioning';
import { sampleDevice, sampleZone } from '../../devices/sample-plant';
import { sampleInspection } from '../sample-jobs';

const facts: StepFacts = {
  look: { name: 'found', port: '/dev/ttyUSB0', imageId: 'auto', inspection: sampleInspection() },
  proposal: { isOwnBroker: true, hosts: ['192.168.1.20'], port: 1883, tls: false, isLoopbackOnly: false },
  zones: [sampleZone('beds', 'Beds', 0)],
  devices: {},
  usablePorts: ['/dev/ttyUSB0'],
};

const complete: SetupDraft = {
  ...emptyDraft,
  port: '/dev/ttyUSB0',
  wifi: { ssid: 'Greenhouse', password: 'secret-secret' },
  broker: { ...emptyDraft.broker, host: '192.168.1.20' },
  name: ' Bed 3 ',
};

const text = fc.oneof(fc.string({ maxLength: 70 }), fc.string({ unit: 'grapheme', maxLength: 40 }));

describe('a Wi-Fi', () => {
  it.each([
    ['Greenhouse', null],
    ['', 'ssid_empty'],
    ['ü'.repeat(16), null],
    [`${'ü'.repeat(16)}x`, 'ssid_long'],
    ['a\u0000b', 'ssid_control'],
  ] as const)('named %j has the problem %j', (ssid, problem) => {
    expect(ssidProblem(ssid)).toBe(problem);
  });

  it.each([
    ['', null],
    ['1234567', 'password_length'],
    ['12345678', null],
    ['ü'.repeat(4), null],
    ['x'.repeat(63), null],
    ['x'.repeat(64), 'password_length'],
    ['0aF9'.repeat(16), null],
    ['0aF9'.repeat(17), 'password_length'],
  ] as const)('with password %j has the problem %j', (password, problem) => {
    expect(passwordProblem(password)).toBe(problem);
  });

  test('that the page accepts is accepted by the console', () => {
    fc.assert(
      fc.property(text, text, (ssid, password) => {
        const isAccepted = ssidProblem(ssid) === null && passwordProblem(password) === null;
        const isValid = wifiSchema.safeParse({ ssid, password }).success;
        // Control characters in a name are refused by the device, not by the schema.
        expect(isAccepted).toBe(isValid && ssidProblem(ssid) !== 'ssid_control');
      }),
    );
  });
});

describe('a broker', () => {
  test('that the page accepts is accepted by the console, and no other', () => {
    const host = fc.oneof(text, fc.stringMatching(/^[A-Za-z0-9._:-]{0,70}$/));
    const port = fc.oneof(fc.integer({ min: -2, max: 70_000 }).map(String), text);
    fc.assert(
      fc.property(host, port, (name, portText) => {
        const number = portNumber(portText);
        const isValid = deviceBrokerSchema.safeParse({ host: name, port: number }).success;
        expect(hostProblem(name) === null && number !== null).toBe(isValid);
      }),
    );
  });

  it.each(['', '0', '65536', '1e3', '-1', '18 83', '0x50'])('port %j is none', (port) => {
    expect(portNumber(port)).toBeNull();
  });
});

describe('a step', () => {
  const problems = (step: FormStep, change: Partial<SetupDraft> = {}, otherFacts: Partial<StepFacts> = {}) =>
    stepProblems(step, { ...complete, ...change }, { ...facts, ...otherFacts });
  const { wifi, broker } = complete;
  const dead = sampleDevice('ESP_OLD', { presence: 'offline' });
  const refusal = { code: 'wrong_chip' as const, message: '', retryable: false, details: {} };

  test.each(['port', 'look', 'network', 'broker', 'name', 'summary'] as const)(
    '%s is complete when all is typed',
    (step) => {
      expect(problems(step)).toEqual([]);
    },
  );

  const table: readonly [string, ReturnType<typeof problems>, readonly string[]][] = [
    ['replace without a device', problems('replace'), ['replaces_missing']],
    ['replace with a device that is gone', problems('replace', { replaces: 'ESP_X' }), ['replaces_missing']],
    ['replace with a dead one', problems('replace', { replaces: 'ESP_OLD' }, { devices: { ESP_OLD: dead } }), []],
    ['replace with one that is online', problems('replace', { replaces: 'ESP_OLD' }, { devices: { ESP_OLD: sampleDevice('ESP_OLD') } }), ['replaces_online']], // prettier-ignore
    ['port without one', problems('port', { port: null }), ['port_missing']],
    ['port that is busy or gone', problems('port', {}, { usablePorts: [] }), ['port_busy']],
    ['look that was not taken', problems('look', {}, { look: { name: 'none' } }), ['look_missing']],
    ['look of another image', problems('look', { imageId: 'user:1' }), ['look_missing']],
    ['look with an image that is refused', problems('look', {}, { look: { name: 'found', port: 'a', imageId: 'auto', inspection: sampleInspection({ refusal }) } }), ['image_refused']], // prettier-ignore
    ['look without an image for the chip', problems('look', {}, { look: { name: 'found', port: 'a', imageId: 'auto', inspection: sampleInspection({ imageId: null }) } }), ['image_refused']], // prettier-ignore
    ['look that keeps the firmware', problems('look', { imageId: null }, { look: { name: 'found', port: 'a', imageId: null, inspection: sampleInspection({ imageId: null }) } }), []], // prettier-ignore
    ['look at a board of the plant', problems('look', {}, { devices: { ESP_010203: sampleDevice('ESP_010203') } }), ['board_unconfirmed']], // prettier-ignore
    ['look at a board of the plant that is meant', problems('look', { confirmedId: 'ESP_010203' }, { devices: { ESP_010203: sampleDevice('ESP_010203') } }), []], // prettier-ignore
    ['look at a board that waits', problems('look', {}, { devices: { ESP_010203: sampleDevice('ESP_010203', { approval: 'pending' }) } }), []], // prettier-ignore
    ['look at a board of the plant that shall replace', problems('look', { replaces: 'ESP_OLD' }, { devices: { ESP_010203: sampleDevice('ESP_010203') } }), ['board_other_device']], // prettier-ignore
    ['look at the dead device itself', problems('look', { replaces: 'ESP_010203' }, { devices: { ESP_010203: sampleDevice('ESP_010203', { presence: 'offline' }) } }), ['board_is_the_dead_device']], // prettier-ignore
    ['look at retired hardware', problems('look', {}, { devices: { ESP_010203: sampleDevice('ESP_010203', { approval: 'rejected', replacedBy: { deviceId: 'ESP_NEW' as never, at: '2026-11-21T12:00:00.000Z' } }) } }), ['board_retired']], // prettier-ignore
    ['look at a board that only gets an image', problems('look', { isFlashOnly: true }, { devices: { ESP_010203: sampleDevice('ESP_010203') } }), []], // prettier-ignore
    ['network without a name and with a short password', problems('network', { wifi: { ssid: '', password: 'x' } }), ['ssid_empty', 'password_length']], // prettier-ignore
    ['network that is open', problems('network', { wifi: { ...wifi, password: '' } }), []],
    ['broker without an address', problems('broker', { broker: { ...broker, host: '', port: '' } }), ['host_empty', 'port_form']], // prettier-ignore
    ['broker as an address of the web', problems('broker', { broker: { ...broker, host: 'mqtt://a' } }), ['host_form']],
    ['broker with a login without a name', problems('broker', { broker: { ...broker, login: 'typed' } }), ['username_empty']], // prettier-ignore
    ['name with a control character', problems('name', { name: 'a\u202Eb' }), ['name_control']],
    ['name with a nameless zone', problems('name', { zone: { kind: 'new', name: ' ' } }), ['zone_empty']],
    ['name with a zone that exists', problems('name', { zone: { kind: 'new', name: 'beds' } }), ['zone_taken']],
    ['name of a replacement', problems('name', { replaces: 'ESP_OLD', zone: { kind: 'new', name: '' } }), []],
  ];

  it.each(table)('%s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });

  describe('broker of a console that listens on its own machine only', () => {
    const proposal = { isOwnBroker: true, hosts: ['192.168.1.20'], port: 1883, tls: false, isLoopbackOnly: true };
    const withHost = (host: string, port = '1883') =>
      problems('broker', { broker: { ...broker, host, port } }, { proposal });

    it('is refused for the addresses of this machine alone', () => {
      expect(withHost('192.168.1.20')).toEqual(['loopback_only']);
      expect([withHost('127.0.0.1'), withHost('broker.local'), withHost('192.168.1.20', '8883')]).toEqual([[], [], []]);
    });
  });
});

describe('the identity of a board', () => {
  const identity = (id: string, change: Parameters<typeof sampleDevice>[1], replaces: string | null) =>
    boardIdentity(sampleInspection(), replaces, { [id]: sampleDevice(id, change) }).kind;

  it.each([
    ['is new when no device has its id', 'ESP_OTHER', {}, null, 'new'],
    ['is its own device', 'ESP_010203', {}, null, 'own'],
    ['waits', 'ESP_010203', { approval: 'pending' }, 'ESP_OLD', 'waiting'],
    ['is refused', 'ESP_010203', { approval: 'rejected' }, null, 'refused'],
    ['was retired', 'ESP_010203', { approval: 'rejected', replacedBy: { deviceId: 'ESP_NEW' as never, at: '2026-11-21T12:00:00.000Z' } }, null, 'retired'], // prettier-ignore
    ['is another device', 'ESP_010203', {}, 'ESP_OLD', 'other'],
    ['is the device that shall be replaced', 'ESP_010203', {}, 'ESP_010203', 'deadDevice'],
  ] as const)('%s', (...[, id, change, replaces, expected]) => {
    expect(identity(id, change, replaces)).toBe(expected);
  });
});

describe('the request', () => {
  it('carries everything that was typed', () => {
    expect(setupRequest(complete, 'beds')).toEqual({
      port: '/dev/ttyUSB0',
      imageId: 'auto',
      options: { eraseAll: false, skipIfSame: true, keepUserData: true },
      settings: {
        wifi: { ssid: 'Greenhouse', password: 'secret-secret' },
        broker: { host: '192.168.1.20', port: 1883, tls: false, useOwnAccount: true },
        name: 'Bed 3',
        zoneId: 'beds',
        approve: true,
      },
      method: 'serial',
    });
  });

  it('keeps nothing when everything is erased', () => {
    const options = { eraseAll: true, keepUserData: true, baud: 115_200 as const };
    expect(setupRequest({ ...complete, options }, null).options).toEqual({
      eraseAll: true,
      skipIfSame: false,
      keepUserData: false,
      baud: 115_200,
    });
  });

  it('leaves name and zone to the device that is replaced', () => {
    const request = setupRequest({ ...complete, replaces: 'ESP_OLD' }, null);
    expect(request.replaces).toBe('ESP_OLD');
    expect(Object.keys(request.settings ?? {})).toEqual(['wifi', 'broker', 'approve']);
  });

  it('has no settings when only an image is written', () => {
    expect(setupRequest({ ...complete, isFlashOnly: true }, null).settings).toBeNull();
  });

  it.each([
    ['own', { useOwnAccount: true }],
    ['typed', { useOwnAccount: false, username: 'bed', password: 'pw' }],
    ['none', { useOwnAccount: false }],
  ] as const)('with the login %s has what the device needs for it', (login, expected) => {
    const broker = { ...complete.broker, login, username: 'bed', password: 'pw' };
    expect(setupRequest({ ...complete, broker }, null).settings?.broker).toEqual({
      host: '192.168.1.20',
      port: 1883,
      tls: false,
      ...expected,
    });
  });

  it('of every complete draft is accepted by the console', () => {
    const draft = fc.record({
      imageId: fc.constantFrom('auto', 'user:1', null),
      isFlashOnly: fc.boolean(),
      replaces: fc.constantFrom(null, 'ESP_OLD'),
      name: fc.string({ maxLength: 64 }),
      options: fc.record({
        eraseAll: fc.boolean(),
        keepUserData: fc.boolean(),
        baud: fc.constantFrom(null, 921_600 as const, 115_200 as const),
      }),
      wifi: fc.record({ ssid: text, password: text }),
      broker: fc.record({
        host: fc.stringMatching(/^[A-Za-z0-9._:-]{0,70}$/),
        port: fc.integer({ min: 0, max: 70_000 }).map(String),
        tls: fc.boolean(),
        login: fc.constantFrom('own' as const, 'typed' as const, 'none' as const),
        username: fc.string({ maxLength: 64 }),
        password: fc.string({ maxLength: 64 }),
        caPem: fc.string({ maxLength: 100 }),
      }),
    });
    let accepted = 0;
    fc.assert(
      fc.property(draft, (change) => {
        const whole: SetupDraft = { ...complete, ...change };
        const isComplete = (['network', 'broker', 'name'] as const).every(
          (step) => stepProblems(step, whole, facts).length === 0,
        );
        if (!isComplete) return;
        accepted += 1;
        expect(setupInputSchema.safeParse(setupRequest(whole, 'beds')).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('networks that a device hears', () => {
  it('are listed once each, the strongest first, without hidden ones', () => {
    const network = (ssid: string, rssiDbm: number) => ({ ssid, rssiDbm, isSecured: true });
    const heard = [network('b', -70), network('a', -80), network('', -40), network('a', -60)];
    expect(strongestFirst(heard)).toEqual([network('a', -60), network('b', -70)]);
  });

  it('have a signal in a word', () => {
    expect([-50, -67, -68, -78, -79].map(signalWord)).toEqual(['good', 'good', 'fair', 'fair', 'weak']);
  });
});

describe('images', () => {
  const image = (change: Partial<FlashImage>): FlashImage => ({
    id: 'bundled:esp32c3',
    kind: 'bundled',
    name: 'node',
    chip: 'esp32c3',
    firmware: { name: 'leitstand-node', version: '0.1.0', builtAt: '' },
    sizeBytes: 1,
    sha256: '',
    parts: [],
    problem: null,
    ...change,
  });
  const problem = { code: 'image_damaged' as const, message: '', retryable: false, details: {} };
  const all = [
    image({}),
    image({ id: 'bundled:esp32c6', chip: 'esp32c6' }),
    image({ id: 'user:1', kind: 'user' }),
    image({ id: 'user:2', kind: 'user', chip: 'esp32s3' }),
    image({ id: 'user:3', kind: 'user', problem }),
    image({ id: 'backup:1', kind: 'backup', chip: null }),
  ];

  it('are offered when they are whole and may be for the chip', () => {
    const { bundled, others } = imagesFor('esp32c3', all);
    expect([bundled?.id, ...others.map(({ id }) => id)]).toEqual(['bundled:esp32c3', 'user:1', 'backup:1']);
    expect(imagesFor('esp32h2', all).bundled).toBeUndefined();
    expect(imagesFor('esp32c3', null)).toEqual({ bundled: undefined, others: [] });
  });

  it('tell whether a board runs our firmware', () => {
    const runs = (name: string | null) =>
      runsOurFirmware({ firmware: name === null ? null : { name, version: '0.0.9', builtAt: '' } }, all);
    expect([runs('leitstand-node'), runs('blink'), runs(null)]).toEqual([true, false, false]);
  });
});

test('only real, approved devices that are not online can be replaced; the chosen one stays in sight', () => {
  const devices = Object.fromEntries(
    [
      sampleDevice('ESP_B', { name: 'Bed 10', presence: 'offline' }),
      sampleDevice('ESP_A', { name: 'Bed 9', presence: 'unknown' }),
      sampleDevice('ESP_C', { presence: 'online' }),
      sampleDevice('ESP_D', { presence: 'online' }),
      sampleDevice('ESP_E', { presence: 'offline', approval: 'rejected' }),
      sampleDevice('ESP_F', { presence: 'offline', demo: true }),
    ].map((device) => [device.id, device]),
  );
  expect(replaceableDevices(devices, 'ESP_D').map(({ id }) => id)).toEqual(['ESP_A', 'ESP_B', 'ESP_D']);
});
