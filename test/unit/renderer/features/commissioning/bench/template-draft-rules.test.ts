import { describe, expect, test } from 'vitest';
import type { BenchTemplateView } from '../../../../../../src/shared/api/commissioning';
import {
  draftOf,
  isCaHeld,
  templateOf,
  withCount,
  type TemplateDraft,
} from '../../../../../../src/renderer/features/commissioning/bench/template-draft-rules';

const proposal = {
  isOwnBroker: true,
  hosts: ['192.168.1.4', '10.0.0.4'],
  port: 1884,
  tls: false,
  isLoopbackOnly: false,
};

const view: BenchTemplateView = {
  imageId: 'bundled:esp32c3',
  options: { eraseAll: false, skipIfSame: true, keepUserData: true, baud: 460_800 },
  method: 'partition',
  settings: {
    ssid: 'Plant',
    hasPassword: true,
    broker: { host: '192.168.1.4', port: 1883, tls: false, hasCa: false, useOwnAccount: true },
    zoneId: null,
    approve: true,
  },
  naming: 'Node {n:3}',
  nextNumber: 14,
};

const filled: TemplateDraft = { ...draftOf(null, proposal), ssid: 'Plant', password: 'correct horse' };

describe('The draft of a bench template', () => {
  test('begins with what the console proposes', () => {
    const { image, host, port, login, isProvisioned, naming, nextNumber } = draftOf(null, proposal);
    expect({ image, host, port, login, isProvisioned, naming, nextNumber }).toEqual({
      image: 'auto',
      host: '192.168.1.4',
      port: '1884',
      login: 'own',
      isProvisioned: true,
      naming: '{id}',
      nextNumber: '1',
    });
    expect(draftOf(null, { ...proposal, isOwnBroker: false }).login).toBe('given');
  });

  test('becomes the template that boards get', () => {
    expect(templateOf(filled, null)).toEqual({
      imageId: 'auto',
      options: { eraseAll: false, skipIfSame: true, keepUserData: true },
      method: 'serial',
      settings: {
        wifi: { ssid: 'Plant', password: 'correct horse' },
        broker: { host: '192.168.1.4', port: 1884, tls: false, useOwnAccount: true },
        approve: true,
      },
      naming: '{id}',
    });
  });

  test('of a stored template gives the same again, without the password that the console holds', () => {
    expect(templateOf(draftOf(view, proposal), view)).toEqual({
      imageId: 'bundled:esp32c3',
      options: { eraseAll: false, skipIfSame: true, keepUserData: true, baud: 460_800 },
      method: 'partition',
      settings: {
        wifi: { ssid: 'Plant' },
        broker: { host: '192.168.1.4', port: 1883, tls: false, useOwnAccount: true },
        approve: true,
      },
      naming: 'Node {n:3}',
    });
  });

  test('leaves the count to the line, until a number is typed', () => {
    const draft = draftOf(view, proposal);
    const later = { ...view, nextNumber: 17 };
    expect(withCount(draft, later).nextNumber).toBe('17');
    const typed = { ...draft, nextNumber: '20', isNumberTyped: true };
    expect(withCount(typed, later).nextNumber).toBe('20');
    expect(templateOf(typed, later)).toMatchObject({ nextNumber: 20 });
  });

  test('says that the certificate of the same broker is held', () => {
    const { settings } = view;
    const held = { ...view, settings: settings && { ...settings, broker: { ...settings.broker, hasCa: true } } };
    expect(isCaHeld(draftOf(held, proposal), held)).toBe(true);
    expect(isCaHeld({ ...draftOf(held, proposal), host: 'other' }, held)).toBe(false);
    expect(isCaHeld(draftOf(view, proposal), view)).toBe(false);
  });

  test('never sends an empty password that nobody meant', () => {
    const another = { ...draftOf(view, proposal), ssid: 'Other' };
    expect(templateOf(another, view)).toBe('passwordMissing');
    const lost = { ...view, settings: view.settings && { ...view.settings, hasPassword: false } };
    expect(templateOf(draftOf(lost, proposal), lost)).toBe('passwordMissing');
    expect(templateOf({ ...another, isOpenNetwork: true }, view)).toMatchObject({
      settings: { wifi: { ssid: 'Other', password: '' } },
    });
  });

  test('flashes only when it has no settings', () => {
    expect(templateOf({ ...filled, isProvisioned: false, ssid: '' }, null)).toMatchObject({ settings: null });
  });

  test('forgets to keep settings when the chip is erased', () => {
    expect(templateOf({ ...filled, isEraseAll: true }, null)).toMatchObject({
      options: { eraseAll: true, keepUserData: false },
    });
  });

  test.each<readonly [string, Partial<TemplateDraft>]>([
    ['nothing', { image: 'none', isProvisioned: false }],
    ['settingsNeedImage', { image: 'none', method: 'partition' }],
    ['ssid', { ssid: '' }],
    ['ssid', { ssid: 'ä'.repeat(17) }],
    ['passwordMissing', { password: '' }],
    ['password', { password: 'short' }],
    ['host', { host: 'broker in the cellar' }],
    ['port', { port: 'abc' }],
    ['port', { port: '65536' }],
    ['username', { login: 'given' }],
    ['naming', { naming: ' ' }],
    ['nextNumber', { nextNumber: '-1' }],
    ['nextNumber', { nextNumber: '1000000', isNumberTyped: true }],
    ['ca', { isTls: true, caPem: 'x'.repeat(4001) }],
  ])('is refused for %s: %j', (problem, change) => {
    expect(templateOf({ ...filled, ...change }, null)).toBe(problem);
  });
});
