import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adapterKey, adapterName, isNativeUsb } from '../../../../src/main/flash/usb-adapter-rules';

const usb = (ids: string, more = {}) => {
  const [vendorId = '', productId = ''] = ids.split(':');
  return { path: '/dev/ttyUSB0', vendorId, productId, ...more };
};

describe('adapterName', () => {
  it.each([
    ['303a:1001', 'Espressif USB-Serial/JTAG'],
    ['303a:0002', 'Espressif USB OTG'],
    ['10c4:ea60', 'Silicon Labs CP210x'],
    ['1a86:7523', 'WCH CH340'],
    ['1a86:55d4', 'WCH CH9102'],
    ['0403:6001', 'FTDI FT232R'],
    ['067b:2303', 'Prolific PL2303'],
  ])('knows %s', (ids, name) => {
    expect(adapterName(usb(ids))).toBe(name);
  });

  it('falls back to the manufacturer, then to the name of the port', () => {
    expect(adapterName(usb('dead:beef', { manufacturer: 'Acme Bridge' }))).toBe('Acme Bridge');
    expect(adapterName(usb('dead:beef'))).toBe('ttyUSB0');
    expect(adapterName({ path: 'COM7' })).toBe('COM7');
  });
});

describe('isNativeUsb', () => {
  it.each([
    ['303a:1001', true],
    ['303a:4001', true],
    ['303a:1002', false],
    ['10c4:ea60', false],
  ])('%s: %s', (ids, isNative) => {
    expect(isNativeUsb(usb(ids))).toBe(isNative);
  });

  it('is false for a port without ids', () => {
    expect(isNativeUsb({ path: '/dev/ttyS0' })).toBe(false);
  });
});

describe('adapterKey', () => {
  it.each([
    ['a serial number of its own', usb('10c4:ea60', { serialNumber: '01A2B3' }), '10c4:ea60:01A2B3'],
    ['no serial number', usb('1a86:7523'), '/dev/ttyUSB0'],
    ['the factory number 0001', usb('10c4:ea60', { serialNumber: '0001' }), '/dev/ttyUSB0'],
    ['the factory number 0', usb('303a:0002', { serialNumber: '0' }), '/dev/ttyUSB0'],
    ['no USB at all', { path: '/dev/pts/3', serialNumber: 'X' }, '/dev/pts/3'],
  ])('with %s', (_what, port, key) => {
    expect(adapterKey(port)).toBe(key);
  });
});

describe('the udev rule', () => {
  it('covers every adapter that has a name here, and tags it in one way', () => {
    const rules = readFileSync('resources/udev/70-leitstand.rules', 'utf8').split('\n').filter((line) => /^[^#]/.test(line)); // prettier-ignore
    const isCovered = (ids: string) => {
      const [vendor, product = ''] = ids.split(':');
      return rules.some((rule) => {
        const products = /idProduct\}=="([^"]+)"/.exec(rule)?.[1]?.split('|');
        return rule.includes(`idVendor}=="${vendor}"`) && (products?.includes(product) ?? true);
      });
    };
    const source = readFileSync('src/main/flash/usb-adapter-rules.ts', 'utf8');
    const named = [...source.matchAll(/'([0-9a-f]{4}:[0-9a-f]{4})'/g)].map(([, ids = '']) => ids);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((ids) => !isCovered(ids))).toEqual([]);
    expect(rules.filter((rule) => !rule.endsWith('TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"'))).toEqual([]);
  });
});
