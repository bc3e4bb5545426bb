import { implement, ORPCError } from '@orpc/server';
import type { ApiContext } from '../../../../src/main/api/context';
import type { ApiRouter } from '../../../../src/main/web/http-api';
import { contract } from '../../../../src/shared/api/contract';
import type { StateEvent } from '../../../../src/shared/api/state-stream';

export const emptyEvent: StateEvent = {
  isSnapshot: true,
  devices: [],
  zones: [],
  sensors: [],
  actuators: [],
  commands: [],
  operations: [],
  stops: [],
  events: [],
  removed: { devices: [], zones: [], sensors: [] },
};

/** How often the stream was left by its reader, or ended. */
export type StreamCount = { ended: number };

/**
 * A router of the product's contract with one procedure for each way of answering: a value, a refusal, a bug, and a stream that never
 * ends by itself.
 */
export function smallRouter(streams: StreamCount = { ended: 0 }): ApiRouter {
  const os = implement(contract).$context<ApiContext>();
  const router = {
    console: { startDemo: os.console.startDemo.handler(() => ({ running: true })) },
    zones: {
      put: os.zones.put.handler(({ input: { id, name, order = 0 } }) => ({
        id,
        name,
        order,
        masterZoneId: null,
        demo: false,
      })),
      list: os.zones.list.handler(() => {
        throw new Error('the secret of the database');
      }),
    },
    broker: {
      createAccount: os.broker.createAccount.handler(({ context }) => ({
        username: context.actor,
        password: 'shown once',
      })),
    },
    stop: {
      engage: os.stop.engage.handler(() => {
        // As a room refuses that forgot the status: the transport knows it from the code.
        throw new ORPCError('offline', {
          message: 'The device is offline.',
          data: { retryable: true, details: { lastSeenAt: null } },
        });
      }),
    },
    telemetry: { series: os.telemetry.series.handler(() => []) },
    state: {
      live: os.state.live.handler(async function* ({ signal }) {
        try {
          yield emptyEvent;
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        } finally {
          streams.ended += 1;
        }
      }),
    },
  };
  return router as unknown as ApiRouter;
}
