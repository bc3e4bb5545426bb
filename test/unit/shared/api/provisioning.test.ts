import { describe, expect, it } from 'vitest';
import { commands, encodeCommand } from '../../../../src/main/provisioning/improv-codec';
import { provisioningSettingsSchema } from '../../../../src/shared/api/provisioning';

const settings = {
  wifi: { ssid: 'tent', password: 'tomatoes' },
  broker: { host: '10.0.4.2', port: 1883, username: 'device', password: 'secret' },
  stopToken: 'stop-me-please',
};
const longest = '€'.repeat(21); // 63 bytes
const tooLong = '€'.repeat(22); // 66 bytes, 22 characters

describe('what a device is told', () => {
  it('fits into what its firmware takes when it is accepted', () => {
    const parsed = provisioningSettingsSchema.parse({
      ...settings,
      broker: { ...settings.broker, host: 'h'.repeat(64), username: longest, password: longest },
      stopToken: longest,
    });
    const { host, port, tls, username: user = '', password = '' } = parsed.broker;
    expect(encodeCommand(commands.setBroker({ host, port, tls, user, password })).length).toBeLessThanOrEqual(266);
  });

  it.each([
    ['a user name', { broker: { ...settings.broker, username: tooLong } }],
    ['a password', { broker: { ...settings.broker, password: tooLong } }],
    ['a stop token', { stopToken: tooLong }],
    ['an authority', { broker: { ...settings.broker, caPem: '€'.repeat(1_334) } }],
  ])('is refused when %s has too many bytes, though few characters', (_what, change) => {
    expect(provisioningSettingsSchema.safeParse({ ...settings, ...change }).success).toBe(false);
  });

  it.each([
    ['a user name', { broker: { ...settings.broker, username: 'a\nb' } }],
    ['a password', { broker: { ...settings.broker, password: 'a\u0000b' } }],
    ['a stop token', { stopToken: 'stop\u0007please' }],
    ['a network', { wifi: { ssid: 'te\tnt', password: '' } }],
    ['a Wi-Fi password', { wifi: { ssid: 'tent', password: 'tomatoes\r' } }],
  ])('is refused when %s has control characters, which the firmware does not take', (_what, change) => {
    expect(provisioningSettingsSchema.safeParse({ ...settings, ...change }).success).toBe(false);
  });
});
