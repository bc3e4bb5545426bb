import { afterAll, afterEach } from 'vitest';

/*
 * A test fails on a console.error or console.warn that it did not expect.
 * A test that expects one replaces the method: `vi.spyOn(console, 'error').mockImplementation(() => undefined)`;
 * the spy is taken off again by `restoreMocks`.
 *
 * Unhandled rejections and exceptions are vitest's: it fails the run. Don't listen to `unhandledRejection` here or in a test:
 * vitest takes a second listener for a handler and then says nothing.
 */

const unexpected: string[] = [];

for (const method of ['error', 'warn'] as const) {
  const original = console[method];
  console[method] = (...values: unknown[]) => {
    unexpected.push(`console.${method}: ${values.map(String).join(' ')}`);
    original.apply(console, values);
  };
}

afterEach(failOnUnexpected);
// What was said while loading the file, or after its last test.
afterAll(failOnUnexpected);

function failOnUnexpected(): void {
  const found = unexpected.splice(0);
  if (found.length > 0) throw new Error(`Unexpected output:\n${found.join('\n')}`);
}
