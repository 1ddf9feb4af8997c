import { createMessageConnection } from 'vscode-jsonrpc/browser';
import type { MessageConnection } from 'vscode-jsonrpc/browser';
import { webviewTransport } from '../../src/protocol/webviewTransport.ts';
import { vscodeApi } from './vscodeApi.ts';

/** The page's connection to the extension; the caller listens on it once its handlers are set. */
export function connectToHost(): MessageConnection {
  const { reader, writer } = webviewTransport({
    send: (message) => {
      vscodeApi.postMessage(message);
    },
    listen: (receive) => {
      const listener = ({ data }: MessageEvent<unknown>): void => {
        receive(data);
      };
      window.addEventListener('message', listener);
      return {
        dispose: () => {
          window.removeEventListener('message', listener);
        },
      };
    },
  });
  return createMessageConnection(reader, writer);
}
