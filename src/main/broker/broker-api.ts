import type { Account, BrokerView } from '../../shared/api/broker';
import type { ConnectionView } from '../../shared/api/status';
import { failure, success, type Result } from '../../shared/domain/result';
import type { AccountService, Login, NewAccount } from './account-service';
import type { EmbeddedBroker } from './embedded-broker';

export type BrokerApi = {
  readonly get: () => BrokerView;
  readonly accounts: () => Account[];
  readonly createAccount: (input: NewAccount) => Promise<Result<Login>>;
  readonly removeAccount: (username: string) => Result<{ removed: boolean }>;
};

/** Handlers for `contract.broker`. `broker` is null when the console uses an external one. */
export function createBrokerApi(room: {
  readonly accounts: AccountService;
  readonly broker: EmbeddedBroker | null;
  readonly connectionView: () => ConnectionView;
}): BrokerApi {
  const { accounts, broker, connectionView } = room;
  return {
    get: () => ({
      connection: connectionView(),
      embedded: broker && { url: connectionView().url, accounts: accounts.list().length, ...broker.statistics() },
    }),
    accounts: () => [...accounts.list()],
    createAccount: async (input) => {
      if (broker) return accounts.create(input);
      return failure(
        'conflict',
        'The console uses an external broker: make the account there, or start the console without --broker.',
      );
    },
    removeAccount: (username) => {
      const removed = accounts.remove(username);
      if (!removed) return failure('not_found', `There is no account ${username}.`, { details: { username } });
      broker?.disconnect(username);
      return success({ removed });
    },
  };
}
