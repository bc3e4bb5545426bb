import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../../../src/main/host/security-headers';

it('allows the one style that react-aria puts in at run time, and no other', () => {
  const source = readFileSync('node_modules/react-aria/dist/private/interactions/usePress.mjs', 'utf8');
  const attribute = /PRESSABLE_ATTRIBUTE = '([^']+)'/.exec(source)?.[1] ?? '';
  const template = /style\.textContent = `([^`]+)`\.trim\(\)/.exec(source)?.[1] ?? '';
  const style = template.replace(/\$\{[^}]+\}/, attribute).trim();
  const hash = createHash('sha256').update(style).digest('base64');
  expect(contentSecurityPolicy).toContain(`style-src 'self' 'sha256-${hash}';`);
  expect(contentSecurityPolicy.match(/sha256-|unsafe|nonce/g)).toHaveLength(1);
});
