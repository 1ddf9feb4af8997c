/** Runs in the browser in place of VS Code: the page's end of the channel to a host that is there too. */
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/browser';
import { webviewTransport } from '../../../src/protocol/webviewTransport.ts';

/** What the page keeps while it is thrown away. */
export interface KeptState {
  kept: unknown;
}

/** A connection to the page, which is to be loaded afterwards. The caller sets its handlers and listens. */
export function connectToPage(page: KeptState): MessageConnection {
  const listeners = new Set<(data: unknown) => void>();
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => {
        queueMicrotask(() => {
          for (const listener of listeners) listener(structuredClone(message));
        });
      },
      getState: () => page.kept,
      setState: (state: unknown) => (page.kept = state),
    }),
  });
  const { reader, writer } = webviewTransport({
    send: (message) => {
      window.postMessage(message, '*');
    },
    listen: (receive) => {
      listeners.add(receive);
      return { dispose: () => listeners.delete(receive) };
    },
  });
  return createMessageConnection(reader, writer);
}

/** A picture of one colour, as a bitmap that every browser reads. */
export function bitmap(red: number, green: number, blue: number): { bytes: Uint8Array; type: string } {
  const bytes = new Uint8Array(58);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, 58, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 1, true);
  view.setInt32(22, 1, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  bytes.set([blue, green, red], 54);
  return { bytes, type: 'image/bmp' };
}
