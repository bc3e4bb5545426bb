import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccountStore, type StoredAccount } from '../../../../src/main/broker/account-store';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import { migrate } from '../../../../src/main/store/migrate';
import { plantMigrations } from '../../../../src/main/store/migrations/plant';
import { profileDirectory } from '../store/open-store';

function openAt(file: string): { store: AccountStore; database: Database.Database } {
  const database = new Database(file);
  onTestFinished(() => void database.close());
  migrate(database, plantMigrations, 'plant.db');
  return { store: new AccountStore(database), database };
}

const open = () => openAt(join(profileDirectory(), 'plant.db'));

const deviceAccount: StoredAccount = {
  username: 'ESP_B2',
  role: 'device',
  deviceId: deviceIdSchema.parse('ESP_B2'),
  salt: Buffer.alloc(16, 1),
  hash: Buffer.alloc(32, 2),
  createdAtMs: Date.UTC(2026, 10, 21, 12),
};
const clientAccount: StoredAccount = { ...deviceAccount, username: 'script', role: 'client', deviceId: null };

describe('AccountStore', () => {
  it('finds what was inserted, whole', () => {
    const { store } = open();
    expect([store.insert(deviceAccount), store.insert(clientAccount)]).toEqual([true, true]);
    expect([store.find('ESP_B2'), store.find('script'), store.find('nobody')]).toEqual([
      deviceAccount,
      clientAccount,
      null,
    ]);
  });

  it('lists by user name and counts', () => {
    const { store } = open();
    expect([store.list(), store.count()]).toEqual([[], 0]);
    store.insert(clientAccount);
    store.insert(deviceAccount);
    expect([store.list(), store.count()]).toEqual([[deviceAccount, clientAccount], 2]);
  });

  it('leaves the account alone whose name is wanted again', () => {
    const { store } = open();
    store.insert(deviceAccount);
    expect(store.insert({ ...clientAccount, username: 'ESP_B2' })).toBe(false);
    expect(store.find('ESP_B2')).toEqual(deviceAccount);
  });

  it('says whether there was something to delete', () => {
    const { store } = open();
    store.insert(deviceAccount);
    expect([store.delete('ESP_B2'), store.delete('ESP_B2'), store.count()]).toEqual([true, false, 0]);
  });

  it('keeps accounts when the file is opened again', () => {
    const file = join(profileDirectory(), 'plant.db');
    const first = openAt(file);
    first.store.insert(deviceAccount);
    first.database.close();
    expect(openAt(file).store.list()).toEqual([deviceAccount]);
  });
});
