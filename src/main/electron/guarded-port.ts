import type { MessagePortMain } from 'electron';
import { isRpcFrame } from '../host/rpc-frames';

/** The part of a port that oRPC uses. */
export type RpcPort = {
  readonly on: (type: string, listener: (event?: { readonly data: unknown }) => void) => void;
  readonly postMessage: (message: unknown) => void;
};

/** The port as oRPC gets to see it: only well-formed frames come in. Anything else ends the connection; the page then asks for a new one. */
export function guardedPort(
  port: Pick<MessagePortMain, 'on' | 'postMessage' | 'close'>,
  onMalformed: () => void,
): RpcPort {
  return {
    on: (type, listener) => {
      if (type === 'close') port.on('close', () => listener());
      if (type !== 'message') return;
      port.on('message', ({ data }: { data: unknown }) => {
        if (isRpcFrame(data)) {
          listener({ data });
          return;
        }
        onMalformed();
        port.close();
      });
    },
    postMessage: (message) => port.postMessage(message),
  };
}
