import { expect, test } from 'vitest';
import { ConsoleProcess } from '../../fakes/console-process';
import { takePort } from '../../fakes/free-port';
import { openTempDir } from '../../fakes/temp-dir';

const testDeadlineMs = 60_000;

test('a taken HTTP port ends the start with a sentence that names the port', { timeout: testDeadlineMs }, async () => {
  await using taken = await takePort();
  await using profile = await openTempDir('taken-port');

  const failed = await ConsoleProcess.startToFail({ port: taken.port, profile: profile.path });

  expect(failed).toMatchObject({ signal: null });
  expect(failed.code).not.toBeNull();
  expect(failed.code).not.toBe(0);
  expect(failed.output).toMatch(new RegExp(`\\bport\\b.*\\b${taken.port}\\b`, 'i'));
  expect(failed.output).not.toContain('"event":"ready"');
});

test(
  'a second console on the same profile is refused with a sentence, and the first goes on',
  { timeout: testDeadlineMs },
  async () => {
    await using first = await ConsoleProcess.start();

    const failed = await ConsoleProcess.startToFail({ profile: first.profile });

    expect(failed).toMatchObject({ signal: null });
    expect(failed.code).not.toBeNull();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain(first.profile);
    expect(failed.output).toMatch(/already|in use|another|second/i);
    expect(failed.output).not.toContain('"event":"ready"');
    expect(await first.client.status()).toMatchObject({ version: expect.any(String) as string });
  },
);

test('a profile is free again after its console was killed', { timeout: testDeadlineMs }, async () => {
  await using profile = await openTempDir('killed');
  await using killed = await ConsoleProcess.start({ profile: profile.path });
  await killed.kill9();

  await using next = await ConsoleProcess.start({ profile: profile.path });

  expect(await next.client.status()).toMatchObject({ version: expect.any(String) as string });
});

test(
  'a request without the token, with a wrong one or from a foreign origin is refused',
  { timeout: testDeadlineMs },
  async () => {
    await using running = await ConsoleProcess.start();
    const statusUrl = `${running.url}/api/v1/status`;

    const answers = await Promise.all([
      fetch(statusUrl),
      fetch(statusUrl, { headers: { Authorization: 'Bearer wrong' } }),
      fetch(statusUrl, { headers: { Authorization: `Bearer ${running.token}`, Origin: 'https://example.org' } }),
      fetch(statusUrl, { headers: { Authorization: `Bearer ${running.token}` } }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 200]);
  },
);
