import { RPCHandler } from '@orpc/server/message-port';
import { ipcMain, MessageChannelMain, type MessagePortMain, type WebFrameMain } from 'electron';
import type { Logger } from 'pino';
import type { ApiContext } from '../api/context';
import type { Router } from '../api/router';
import { apiErrorInterceptors } from '../host/api-errors';
import { guardedPort } from './guarded-port';
import { PAGE_ORIGIN } from './page-protocol';

const REQUEST = 'leitstand:request-port';
const PORT = 'leitstand:port';

/** A port hands messages over within the machine's memory; frames are merged at 20/s before it, so it cannot fall behind for long. */
const context: ApiContext = { actor: 'user:operator', isCongested: () => false };

/** Gives each page of this app that asks a MessagePort with the console's API behind it. Returns what closes them all. */
export function servePagePorts(router: Router, log: Logger): () => void {
  const handler = new RPCHandler<ApiContext>(router, apiErrorInterceptors(log));
  /** One port for each window; a page that asks again has lost its former one. */
  const open = new Map<number, MessagePortMain>();
  ipcMain.on(REQUEST, ({ sender, senderFrame }) => {
    if (!isOwnPage(senderFrame)) return;
    open.get(sender.id)?.close();
    const { port1, port2 } = new MessageChannelMain();
    open.set(sender.id, port1);
    port1.on('close', () => {
      if (open.get(sender.id) === port1) open.delete(sender.id);
    });
    const onMalformed = () => log.warn('The page sent something that is no frame of the API; its port is closed');
    handler.upgrade(guardedPort(port1, onMalformed), { context });
    port1.start();
    senderFrame.postMessage(PORT, null, [port2]);
  });
  return () => {
    ipcMain.removeAllListeners(REQUEST);
    for (const port of open.values()) port.close();
  };
}

/** The top frame of a window that shows the page; a frame within it gets nothing. */
function isOwnPage(frame: WebFrameMain | null): frame is WebFrameMain {
  return frame !== null && frame.parent === null && frame.url.startsWith(`${PAGE_ORIGIN}/`);
}
