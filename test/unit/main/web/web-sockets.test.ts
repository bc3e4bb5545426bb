import { once } from 'node:events';
import { createORPCClient, isDefinedError, safe } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import type { Contract } from '../../../../src/shared/api/contract';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { StartedHost } from './started-host';

const zone = 'tent_1' as ZoneId;

function dial(web: StartedHost, options: ClientOptions = {}, path = '/rpc'): WebSocket {
  const headers = { ...web.bearer, ...options.headers };
  return new WebSocket(`ws://127.0.0.1:${web.port}${path}`, { ...options, headers });
}

async function connect(web: StartedHost, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = dial(web, options);
  await once(socket, 'open');
  return socket;
}

const clientOf = (socket: WebSocket) =>
  createORPCClient<ContractRouterClient<Contract>>(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  );

/** The HTTP status with which an upgrade is refused. */
async function refusalOf(socket: WebSocket): Promise<number> {
  const [error] = (await once(socket, 'error').catch((cause: unknown) => [cause])) as [Error];
  return Number(/Unexpected server response: (\d+)/.exec(error.message)?.[1]);
}

const closeOf = async (socket: WebSocket) => ((await once(socket, 'close')) as [number])[0];

describe('WebSockets', () => {
  it('carry calls and refusals with their codes', async () => {
    await using web = await StartedHost.open();
    const client = clientOf(await connect(web));
    expect(await client.zones.put({ id: zone, name: 'Tent' })).toMatchObject({ id: zone, name: 'Tent' });

    const refused = await safe(client.stop.engage({ scope: { kind: 'all' } }));
    expect(refused.error).toMatchObject({ code: 'offline', status: 409, data: { retryable: true } });
    expect(isDefinedError(refused.error)).toBe(true);

    const invalid = await safe(client.zones.put({ id: zone, name: '' }));
    expect(invalid.error).toMatchObject({ code: 'invalid', data: { details: { fields: [{ field: 'name' }] } } });

    const bug = await safe(client.zones.list());
    expect(bug.error).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(bug.error)).not.toContain('secret');
  });

  it('carry streams, which end at the reader and at the stop', async () => {
    const web = await StartedHost.open();
    const client = clientOf(await connect(web));
    const left = await client.state.live();
    expect(await left.next()).toMatchObject({ value: { isSnapshot: true } });
    await left.return?.();
    await expect.poll(() => web.streams.ended).toBe(1);

    const cut = await client.state.live();
    await cut.next();
    const rest = Promise.resolve(cut.next()).then(
      ({ done }) => done,
      () => true,
    );
    await web[Symbol.asyncDispose]();
    expect(await rest).toBe(true);
    await expect.poll(() => web.streams.ended).toBe(2);
  });

  it.each([
    ['without token', { headers: { authorization: '' } }, '/rpc', 401],
    ['with a foreign origin', { headers: { origin: 'http://evil.example' } }, '/rpc', 403],
    ['with a foreign host', { headers: { host: 'evil.example' } }, '/rpc', 403],
    ['at another address', {}, '/api/v1/streams/state', 404],
  ])('are refused %s', async (_how, options, path, status) => {
    await using web = await StartedHost.open();
    expect(await refusalOf(dial(web, options, path))).toBe(status);
  });

  it('end for a client that sends no frame of the API', async () => {
    await using web = await StartedHost.open();
    for (const message of [
      'not JSON',
      '1',
      '{}',
      '{"i":"1","p":{}}',
      '{"i":"1","p":{"u":"::"}}',
      Buffer.from([1, 2]),
    ]) {
      const socket = await connect(web);
      socket.send(message);
      expect([message, await closeOf(socket)]).toEqual([message, 1007]);
    }
  });

  it('end for a client that sends more than one MiB at once', async () => {
    await using web = await StartedHost.open();
    const socket = await connect(web);
    socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await closeOf(socket)).toBe(1009);
  });

  it('are open to 32 clients at once', async () => {
    await using web = await StartedHost.open();
    const sockets = await Promise.all(Array.from({ length: 32 }, () => connect(web)));
    expect(await refusalOf(dial(web))).toBe(409);
    sockets[0]?.close();
    await closeOf(sockets[0] as WebSocket);
    await expect
      .poll(async () =>
        connect(web).then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('open');
  });

  it('end for a client that misses a ping', async () => {
    await using web = await StartedHost.open();
    const awake = await connect(web);
    const asleep = await connect(web, { autoPong: false });
    const closed = closeOf(asleep);
    const pinged = Promise.all([once(awake, 'ping'), once(asleep, 'ping')]);
    web.clock.advance(15_000);
    await pinged;
    // The answer of the one that is awake has arrived when its next call is answered.
    await clientOf(awake).console.startDemo();
    web.clock.advance(15_000);
    expect(await closed).toBe(1006);
    expect(awake.readyState).toBe(WebSocket.OPEN);
  });
});
