import { describe, expect, test } from 'vitest';
import { hrefOf, parseRoute, type Route } from '../../../../src/renderer/app/router';

const routes: readonly Route[] = [
  { screen: 'plant' },
  { screen: 'zone', zoneId: 'zone_2' },
  { screen: 'devices' },
  { screen: 'device', deviceId: 'ESP_0A1B2C' },
  { screen: 'stop' },
  { screen: 'journal' },
  { screen: 'settings' },
];

describe('the address of a screen', () => {
  test.each(routes)('leads back to $screen', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  test.each(['', '#', '#/', '#/nowhere', '#/zone', '#/zone/'])('"%s" leads to the plant', (hash) => {
    expect(parseRoute(hash)).toEqual({ screen: 'plant' });
  });

  test('keeps a broken percent sign as it stands', () => {
    expect(parseRoute('#/zone/a%zz')).toEqual({ screen: 'zone', zoneId: 'a%zz' });
  });
});
