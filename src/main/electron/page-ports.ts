import { RPCHandler } from '@orpc/server/message-port';
import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron';
import type { Logger } from 'pino';
import type { ApiContext } from '../api/context';
import type { Router } from '../api/router';
import { apiErrorInterceptors } from '../host/api-errors';
import { PAGE_ORIGIN } from './page-protocol';

const REQUEST = 'leitstand:request-port';
const PORT = 'leitstand:port';

/** A port hands messages over within the machine's memory; frames are merged at 20/s before it, so it cannot fall behind for long. */
const context: ApiContext = { actor: 'user:operator', isCongested: () => false };

/** Gives each page of this app that asks a MessagePort with the console's API behind it. Returns what closes them all. */
export function servePagePorts(router: Router, log: Logger): () => void {
  const handler = new RPCHandler<ApiContext>(router, apiErrorInterceptors(log));
  const open = new Set<MessagePortMain>();
  ipcMain.on(REQUEST, ({ senderFrame }) => {
    if (!senderFrame || !senderFrame.url.startsWith(`${PAGE_ORIGIN}/`)) return;
    const { port1, port2 } = new MessageChannelMain();
    open.add(port1);
    port1.on('close', () => open.delete(port1));
    handler.upgrade(port1, { context });
    port1.start();
    senderFrame.postMessage(PORT, null, [port2]);
  });
  return () => {
    ipcMain.removeAllListeners(REQUEST);
    for (const port of open) port.close();
  };
}
