import { AbstractMessageReader, AbstractMessageWriter } from 'vscode-jsonrpc';
import type { DataCallback, Disposable, Message, MessageReader, MessageWriter } from 'vscode-jsonrpc';

/** One end of a webview's message channel. */
export interface MessagePortLike {
  readonly send: (message: unknown) => unknown;
  readonly listen: (receive: (message: unknown) => void) => Disposable;
}

/** JSON-RPC over `postMessage`, for both ends. Messages that aren't JSON-RPC are somebody else's and are left alone. */
export function webviewTransport(port: MessagePortLike): {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
} {
  return { reader: new WebviewReader(port), writer: new WebviewWriter(port) };
}

class WebviewReader extends AbstractMessageReader {
  readonly #port: MessagePortLike;

  constructor(port: MessagePortLike) {
    super();
    this.#port = port;
  }

  listen(callback: DataCallback): Disposable {
    return this.#port.listen((message) => {
      if (isMessage(message)) callback(message);
    });
  }
}

class WebviewWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #port: MessagePortLike;

  constructor(port: MessagePortLike) {
    super();
    this.#port = port;
  }

  write(message: Message): Promise<void> {
    this.#port.send(message);
    return Promise.resolve();
  }

  end(): void {
    // The channel ends with its webview.
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value;
}
