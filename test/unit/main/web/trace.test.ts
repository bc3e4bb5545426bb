import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ApiContext } from '../../../../src/main/api/context';
import { createRouter } from '../../../../src/main/api/router';
import type { Rooms } from '../../../../src/main/api/rooms';
import { registerControlHandlers } from '../../../../src/main/control/control-handler';
import { apiErrorInterceptors } from '../../../../src/main/host/api-errors';
import { currentTraceId } from '../../../../src/main/trace';
import type { ApiRouter } from '../../../../src/main/web/http-api';
import { contract, type Contract } from '../../../../src/shared/api/contract';
import { A, openCore } from '../devices/core-bench';
import { emptyEvent } from './small-router';
import { StartedHost } from './started-host';

type Client = ContractRouterClient<Contract>;
const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** A router that shows which trace a procedure, and a stream, is in; the stream adds to `streamed` at each event. */
function tellTale(streamed: (string | undefined)[]): ApiRouter {
  const os = implement(contract).$context<ApiContext>();
  const router = {
    broker: {
      createAccount: os.broker.createAccount.handler(async ({ context }) => {
        const before = currentTraceId() ?? 'none';
        await new Promise((resolve) => void setImmediate(resolve));
        return { username: `${before} ${currentTraceId() ?? 'none'}`, password: context.traceId ?? 'none' };
      }),
    },
    state: {
      live: os.state.live.handler(async function* () {
        for (let count = 0; count < 2; count += 1) {
          streamed.push(currentTraceId());
          yield emptyEvent;
        }
      }),
    },
  };
  return router as unknown as ApiRouter;
}

async function overWebSocket(router: ApiRouter): Promise<Client> {
  const web = await StartedHost.open(router);
  onTestFinished(() => web[Symbol.asyncDispose]());
  const socket = new WebSocket(`ws://127.0.0.1:${web.port}/rpc`, { headers: web.bearer });
  await once(socket, 'open');
  return createORPCClient<Client>(new SocketLink({ websocket: socket as unknown as globalThis.WebSocket }));
}

function overMessagePort(router: ApiRouter): Promise<Client> {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const handler = new RPCHandler<ApiContext>(router, apiErrorInterceptors(pino({ level: 'silent' })));
  handler.upgrade(port1, { context: { actor: 'user:operator', isCongested: () => false } });
  port1.start();
  port2.start();
  return Promise.resolve(createORPCClient<Client>(new PortLink({ port: port2 })));
}

describe.each([
  ['WebSocket', overWebSocket],
  ['MessagePort', overMessagePort],
])('over a %s', (_name, open) => {
  it('each call is a trace of its own, from its begin to its end', async () => {
    const client = await open(tellTale([]));
    const call = () => client.broker.createAccount({ role: 'client', name: 'x' });
    const [one, other] = await Promise.all([call(), call()]);
    expect(one.password).toMatch(uuid);
    expect(one.username).toBe(`${one.password} ${one.password}`);
    expect(other.username).toBe(`${other.password} ${other.password}`);
    expect(other.password).not.toBe(one.password);
  });

  it('a stream belongs to no trace', async () => {
    const streamed: (string | undefined)[] = [];
    const client = await open(tellTale(streamed));
    for await (const _event of await client.state.live());
    expect(streamed).toEqual([undefined, undefined]);
  });
});

describe('over HTTP', () => {
  const account = JSON.stringify({ role: 'client', name: 'x' });
  const open = async (router?: ApiRouter) => {
    const web = await StartedHost.open(router);
    onTestFinished(() => web[Symbol.asyncDispose]());
    const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
      web.ask(`/api/v1${path}`, {
        method,
        headers: { ...web.bearer, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body }),
      });
    return { web, ask };
  };

  it('the client names the trace, and reads it in the answer', async () => {
    const { ask } = await open(tellTale([]));
    const { headers, body } = await ask('POST', '/broker/accounts', { 'x-trace-id': 'script-7' }, account);
    expect([headers['x-trace-id'], JSON.parse(body)]).toEqual([
      'script-7',
      { username: 'script-7 script-7', password: 'script-7' },
    ]);
  });

  it('a client without a trace, or with one that may not be stored, gets a new one', async () => {
    const { ask } = await open(tellTale([]));
    for (const brought of [{}, { 'x-trace-id': 'no good' }]) {
      const { headers, body } = await ask('POST', '/broker/accounts', brought, account);
      expect(headers['x-trace-id']).toMatch(uuid);
      expect(JSON.parse(body)).toMatchObject({ password: headers['x-trace-id'] });
    }
  });

  it('a stream belongs to no trace, although its answer names one', async () => {
    const streamed: (string | undefined)[] = [];
    const { ask } = await open(tellTale(streamed));
    const { headers } = await ask('GET', '/streams/state', { 'x-trace-id': 'script-7' });
    expect([headers['x-trace-id'], streamed]).toEqual(['script-7', [undefined, undefined]]);
  });

  it('a refusal names its trace too, and a bug is logged under it', async () => {
    const { web, ask } = await open();
    web.logLines.length = 0;
    const answers = [
      await ask('GET', '/nothing', { 'x-trace-id': 't-1' }),
      await ask('PUT', '/zones/a', { 'x-trace-id': 't-2' }, '{"name":'),
      await ask('GET', '/zones', { 'x-trace-id': 't-3' }),
    ];
    expect(answers.map(({ status, headers }) => [status, headers['x-trace-id']])).toEqual([
      [404, 't-1'],
      [400, 't-2'],
      [500, 't-3'],
    ]);
    expect(web.logLines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { where: 'zones.list', traceId: 't-3' },
    ]);
  });

  it('joins a command from the click to the answer of the device in the journal', async () => {
    const core = openCore();
    core.approved(A);
    registerControlHandlers(core.messages, {
      responded: (id, gpio, response) => core.control.responded(id, gpio, response),
      observed: () => undefined,
      measured: () => undefined,
      systemAnswered: () => undefined,
      scanned: () => undefined,
    });
    const { web } = await open(createRouter(core as unknown as Rooms));
    const path = `/api/v1/devices/${A}/actuators/18/command`;
    const headers = { ...web.bearer, 'content-type': 'application/json', 'x-trace-id': 'script-7' };
    const answer = await web.ask(path, { method: 'POST', headers, body: '{"command":"ON"}' });
    expect([answer.status, answer.headers['x-trace-id']]).toEqual([200, 'script-7']);
    const [published] = core.connection.to('/actuator/18/command');
    expect(published?.userProperties).toEqual({ trace: 'script-7' });

    const response = { command: 'ON', success: true, correlation_id: published?.payload['correlation_id'] };
    core.messages.dispatch({
      topic: `kaiser/god/esp/${A}/actuator/18/response`,
      payload: Buffer.from(JSON.stringify(response)),
      isRetained: false,
      isRedelivered: false,
    });
    core.store.batch.flush();
    const { body } = await web.api('GET', '/events?traceId=script-7');
    expect(
      (body as { items: { kind: string; traceId: string }[] }).items.map(({ kind, traceId }) => [kind, traceId]),
    ).toEqual([
      ['command.applied', 'script-7'],
      ['command.sent', 'script-7'],
    ]);
  });

  it('a command that is refused is in the journal under its trace', async () => {
    const core = openCore();
    core.approved(A);
    core.devices.brokerLost();
    const { ask } = await open(createRouter(core as unknown as Rooms));
    const path = `/devices/${A}/actuators/18/command`;
    expect((await ask('POST', path, { 'x-trace-id': 'script-8' }, '{"command":"ON"}')).status).toBe(409);
    core.store.batch.flush();
    expect(core.journal.page({ traceId: 'script-8' }).items.map(({ kind }) => kind)).toEqual(['command.refused']);
  });
});
