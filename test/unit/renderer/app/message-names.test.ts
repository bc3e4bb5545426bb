import { expect, test } from 'vitest';
import settings from '../../../../resources/locales/en/settings.json';
import { inboundMessages, outboundMessages } from '../../../../src/shared/wire/catalogue';

test('every message of the catalogue has words for the settings screen', () => {
  const names = [...Object.values(inboundMessages), ...Object.values(outboundMessages)].map(({ name }) =>
    name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
  );
  expect(new Set(Object.keys(settings.health.message))).toEqual(new Set(names));
});
