import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAccountService, type NewAccount } from '../../../../src/main/broker/account-service';
import { AccountStore } from '../../../../src/main/broker/account-store';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import { SettingsStore } from '../../../../src/main/store/settings-store';
import { migrate } from '../../../../src/main/store/migrate';
import { plantMigrations } from '../../../../src/main/store/migrations/plant';
import { ManualClock } from '../../../fakes/manual-clock';
import { must } from '../../../fakes/wait';
import { profileDirectory } from '../store/open-store';

const deviceId = deviceIdSchema.parse('ESP_A1');
const device: NewAccount = { role: 'device', deviceId };
const script: NewAccount = { role: 'client', name: 'script' };

function openService() {
  const database = new Database(join(profileDirectory(), 'plant.db'));
  onTestFinished(() => void database.close());
  migrate(database, plantMigrations, 'plant.db');
  const clock = new ManualClock();
  const nextRun = () => {
    const service = createAccountService({ store: new AccountStore(database), settings: new SettingsStore(database), clock }); // prettier-ignore
    service.takeBackUnsettled();
    return service;
  };
  const accounts = nextRun();
  const passwordOf = async (input: NewAccount): Promise<string> => {
    const created = await accounts.create(input);
    if (!created.ok) throw new Error(created.error.message);
    return created.value.password;
  };
  return { accounts, clock, database, passwordOf, nextRun };
}

describe('create', () => {
  it('makes a login with a password of its own, named after the device or the client', async () => {
    const { accounts } = openService();
    const created = [await accounts.create(device), await accounts.create(script)];
    expect(created).toEqual(
      ['ESP_A1', 'script'].map((username) => ({
        ok: true,
        value: { username, password: expect.stringMatching(/^([0-9A-Z]{7}-){3}[0-9A-Z]{7}$/) as string },
      })),
    );
    expect(new Set(created.map((each) => each.ok && each.value.password)).size).toBe(2);
  });

  it('stores neither the password nor anything that gives it away', async () => {
    const { database, passwordOf } = openService();
    const password = await passwordOf(device);
    const row = must(
      database.prepare<[], { salt: Buffer; hash: Buffer }>('SELECT * FROM broker_accounts').get(),
      'row',
    );
    expect(Buffer.concat([row.salt, row.hash]).includes(password)).toBe(false);
    expect([row.salt.length, row.hash.length]).toEqual([16, 32]);
  });

  it('refuses a name that is taken and leaves its password as it was', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    expect(await accounts.create({ role: 'client', name: 'ESP_A1' })).toEqual({
      ok: false,
      error: {
        code: 'conflict',
        message: 'The account ESP_A1 exists already. Delete it first if its password is lost.',
        retryable: false,
        details: { username: 'ESP_A1' },
      },
    });
    expect(await accounts.verify('ESP_A1', password)).toEqual({ role: 'device', username: 'ESP_A1', deviceId });
  });

  it('refuses more than ten thousand accounts', async () => {
    const { accounts, database } = openService();
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO broker_accounts SELECT 'client-' || i, 'client', NULL, x'00', x'00', 0 FROM n`);
    expect(await accounts.create(device)).toEqual({
      ok: false,
      error: {
        code: 'too_large',
        message: 'There are already 10000 accounts. Delete those that are no longer used.',
        retryable: false,
      },
    });
  });
});

describe('list', () => {
  it('shows stored accounts by user name, without secrets and without temporary ones', async () => {
    const { accounts, clock } = openService();
    await accounts.create(script);
    await accounts.create(device);
    accounts.addTemporary(deviceIdSchema.parse('ESP_DEMO'));
    expect(accounts.list()).toEqual([
      { username: 'ESP_A1', role: 'device', deviceId: 'ESP_A1', createdAt: clock.iso },
      { username: 'script', role: 'client', createdAt: clock.iso },
    ]);
  });
});

describe('verify', () => {
  it('gives the identity behind a login', async () => {
    const { accounts, passwordOf } = openService();
    const passwords = [await passwordOf(device), await passwordOf(script)] as const;
    expect([await accounts.verify('ESP_A1', passwords[0]), await accounts.verify('script', passwords[1])]).toEqual([
      { role: 'device', username: 'ESP_A1', deviceId },
      { role: 'client', username: 'script' },
    ]);
  });

  it('gives null for anything else', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    const wrong = [
      ['ESP_A1', ''],
      ['ESP_A1', 'wrong'],
      ['ESP_A1', password.toLowerCase()],
      ['ESP_A1', `${password} `],
      ['ESP_A1', password.slice(0, -1)],
      ['ESP_A1', 'x'.repeat(257)],
      ['esp_a1', password],
      ['ESP_B2', password],
      ['', password],
    ] as const;
    expect(await Promise.all(wrong.map(([username, attempt]) => accounts.verify(username, attempt)))).toEqual(
      wrong.map(() => null),
    );
  });

  it('still refuses a wrong password right after the right one', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    await accounts.verify('ESP_A1', password);
    expect(await accounts.verify('ESP_A1', 'wrong')).toBeNull();
    expect(await accounts.verify('ESP_A1', password)).toMatchObject({ username: 'ESP_A1' });
  });

  it('answers every one of many logins that come at once', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => accounts.verify('ESP_A1', index % 3 === 0 ? 'wrong' : password)),
    );
    expect(answers.map((identity) => identity !== null)).toEqual(answers.map((_, index) => index % 3 !== 0));
  });

  it('believes a password that was right for ten minutes without computing its hash', async () => {
    const { accounts, clock, passwordOf } = openService();
    const password = await passwordOf(device);
    const answersAtOnce = async (): Promise<boolean> => {
      const answer = accounts.verify('ESP_A1', password);
      const later = new Promise<'later'>((resolve) => setImmediate(() => resolve('later')));
      const first = await Promise.race([answer, later]);
      expect(await answer).toMatchObject({ username: 'ESP_A1' });
      return first !== 'later';
    };
    expect([await answersAtOnce(), await answersAtOnce()]).toEqual([false, true]);
    clock.advance(600_000);
    expect(await answersAtOnce()).toBe(true);
    clock.advance(1);
    expect([await answersAtOnce(), await answersAtOnce()]).toEqual([false, true]);
  });
});

describe('remove', () => {
  it('ends the login at once, also one that was believed without its hash', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    await accounts.verify('ESP_A1', password);
    expect([accounts.remove('ESP_A1'), accounts.remove('ESP_A1')]).toEqual([true, false]);
    expect(await accounts.verify('ESP_A1', password)).toBeNull();
  });

  it('ends a login whose hash is being computed', async () => {
    const { accounts, passwordOf } = openService();
    const password = await passwordOf(device);
    const answer = accounts.verify('ESP_A1', password);
    accounts.remove('ESP_A1');
    expect(await answer).toBeNull();
  });

  it('leaves the old password worthless when the account is made again', async () => {
    const { accounts, passwordOf } = openService();
    const old = await passwordOf(device);
    await accounts.verify('ESP_A1', old);
    const answer = accounts.verify('ESP_A1', 'wrong');
    accounts.remove('ESP_A1');
    const password = await passwordOf(device);
    expect([await answer, await accounts.verify('ESP_A1', old)]).toEqual([null, null]);
    expect(await accounts.verify('ESP_A1', password)).toMatchObject({ username: 'ESP_A1' });
  });
});

describe('issue', () => {
  const issue = async (accounts: ReturnType<typeof openService>['accounts']) => {
    const issued = await accounts.issue(deviceId);
    if (!issued.ok) throw new Error(issued.error.message);
    return issued.value;
  };
  const isRight = async (accounts: ReturnType<typeof openService>['accounts'], password: string) =>
    (await accounts.verify('ESP_A1', password)) !== null;

  it('gives a new device a login, and takes it back', async () => {
    const { accounts } = openService();
    const { login, undo } = await issue(accounts);
    expect(login.username).toBe('ESP_A1');
    expect(await accounts.verify('ESP_A1', login.password)).toEqual({ role: 'device', username: 'ESP_A1', deviceId });
    await undo();
    expect([await isRight(accounts, login.password), accounts.list()]).toEqual([false, []]);
  });

  it('replaces the earlier password at once, also one that was believed without its hash, and makes it valid again', async () => {
    const { accounts, passwordOf } = openService();
    const earlier = await passwordOf(device);
    expect(await isRight(accounts, earlier)).toBe(true);
    const { login, undo } = await issue(accounts);
    expect([await isRight(accounts, earlier), await isRight(accounts, login.password)]).toEqual([false, true]);
    await undo();
    expect([await isRight(accounts, earlier), await isRight(accounts, login.password)]).toEqual([true, false]);
  });

  it('leaves alone what was changed meanwhile', async () => {
    const { accounts, passwordOf } = openService();
    await passwordOf(device);
    const first = await issue(accounts);
    const second = await issue(accounts);
    await first.undo();
    expect(await isRight(accounts, second.login.password)).toBe(true);
    accounts.remove('ESP_A1');
    await second.undo();
    expect(accounts.list()).toEqual([]);
  });

  it('is taken back by the next start when the console was killed before the device belonged to the plant', async () => {
    const { accounts, passwordOf, nextRun } = openService();
    const first = await issue(accounts);
    expect(await isRight(nextRun(), first.login.password)).toBe(false);
    const earlier = await passwordOf(device);
    // Twice without an end: what was valid before both counts.
    const lost = [await issue(accounts), await issue(accounts)];
    const next = nextRun();
    expect(await isRight(next, earlier)).toBe(true);
    for (const { login } of lost) expect(await isRight(next, login.password)).toBe(false);
    expect(await isRight(nextRun(), earlier)).toBe(true);
  });

  it('is no reason not to start when the note of it is not readable', async () => {
    const { accounts, database, nextRun } = openService();
    const { login } = await issue(accounts);
    new SettingsStore(database).set('unsettled_logins', '[{"deviceId":');
    expect(await isRight(nextRun(), login.password)).toBe(true);
  });

  it('stays at the next start once it is kept, and what was deleted or given anew meanwhile is left alone', async () => {
    const { accounts, passwordOf, nextRun } = openService();
    const kept = await issue(accounts);
    accounts.keep(deviceId);
    expect(await isRight(nextRun(), kept.login.password)).toBe(true);
    await issue(accounts);
    accounts.remove('ESP_A1');
    const anew = await passwordOf(device);
    expect(await isRight(nextRun(), anew)).toBe(true);
    const undone = await issue(accounts);
    await undone.undo();
    expect(await isRight(nextRun(), anew)).toBe(true);
  });

  it('does not take the name of a client or of a simulated device', async () => {
    const { accounts } = openService();
    await accounts.create({ role: 'client', name: 'ESP_A1' });
    const overClient = await accounts.issue(deviceId);
    accounts.remove('ESP_A1');
    accounts.addTemporary(deviceId);
    const overDemo = await accounts.issue(deviceId);
    expect([overClient, overDemo].map((result) => (result.ok ? null : result.error.code))).toEqual(['conflict', 'conflict']); // prettier-ignore
  });

  it('says that there are too many accounts, or that the disk takes none', async () => {
    const { accounts, database } = openService();
    database.pragma('query_only = 1');
    const unwritten = await accounts.issue(deviceId);
    database.pragma('query_only = 0');
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO broker_accounts SELECT 'client-' || i, 'client', NULL, x'00', x'00', 0 FROM n`);
    const tooMany = await accounts.issue(deviceId);
    expect([unwritten, tooMany].map((result) => (result.ok ? null : result.error.code))).toEqual(['storage_unavailable', 'too_large']); // prettier-ignore
  });
});

describe('temporary accounts', () => {
  it('are devices with a password of their own, until they are removed', async () => {
    const { accounts } = openService();
    const { username, password } = accounts.addTemporary(deviceId);
    expect([username, await accounts.verify('ESP_A1', password), await accounts.verify('ESP_A1', 'wrong')]).toEqual([
      'ESP_A1',
      { role: 'device', username: 'ESP_A1', deviceId },
      null,
    ]);
    accounts.removeTemporary(deviceId);
    expect(await accounts.verify('ESP_A1', password)).toBeNull();
  });

  it('stand before a stored one of the same name, which comes back after them', async () => {
    const { accounts, passwordOf } = openService();
    const stored = await passwordOf(device);
    const temporary = accounts.addTemporary(deviceId).password;
    const isWelcome = async () => [
      (await accounts.verify('ESP_A1', stored)) !== null,
      (await accounts.verify('ESP_A1', temporary)) !== null,
    ];
    expect(await isWelcome()).toEqual([false, true]);
    accounts.removeTemporary(deviceId);
    expect(await isWelcome()).toEqual([true, false]);
  });

  it('get a new password each time', async () => {
    const { accounts } = openService();
    const [first, second] = [accounts.addTemporary(deviceId), accounts.addTemporary(deviceId)];
    expect([
      await accounts.verify('ESP_A1', first.password),
      (await accounts.verify('ESP_A1', second.password)) !== null,
    ]).toEqual([null, true]);
  });
});
