import { EventEmitter } from 'node:events';
import type { MessagePortMain } from 'electron';
import { describe, expect, it } from 'vitest';
import { guardedPort } from '../../../../src/main/electron/guarded-port';

/** One end of a port as Electron's main process sees it. */
class FakePort extends EventEmitter {
  readonly sent: unknown[] = [];
  isClosed = false;
  readonly postMessage = (message: unknown) => void this.sent.push(message);
  readonly close = () => {
    this.isClosed = true;
    this.emit('close');
  };
}

function open() {
  const port = new FakePort();
  const seen: unknown[] = [];
  const guarded = guardedPort(port as unknown as MessagePortMain, () => void seen.push('malformed'));
  guarded.on('message', (event) => void seen.push(event?.data));
  guarded.on('close', () => void seen.push('closed'));
  return { port, seen, guarded };
}

describe('guarded port', () => {
  it('passes frames of the API in and answers out', () => {
    const { port, seen, guarded } = open();
    const frame = '{"i":"1","p":{"u":"/console/status"}}';
    port.emit('message', { data: frame, ports: [] });
    guarded.postMessage('answer');
    expect([seen, port.sent, port.isClosed]).toEqual([[frame], ['answer'], false]);
  });

  it.each([['{}'], [{ i: '1', p: { u: '/console/status' } }], [undefined]])(
    'closes after %j and passes nothing on',
    (data) => {
      const { port, seen } = open();
      port.emit('message', { data, ports: [] });
      expect([seen, port.isClosed]).toEqual([['malformed', 'closed'], true]);
    },
  );
});
