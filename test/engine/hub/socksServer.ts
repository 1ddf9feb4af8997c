import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** What somebody names who isn't anonymous. */
export interface SocksLogin {
  readonly user: string;
  readonly password: string;
}

/** Reads so many bytes of what comes, whatever pieces it comes in. */
class Bytes {
  #held = Buffer.alloc(0);
  #waiting: (() => void) | undefined;

  constructor(socket: Socket) {
    socket.on('data', (piece: Buffer) => {
      this.#held = Buffer.concat([this.#held, piece]);
      this.#waiting?.();
    });
  }

  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) await new Promise<void>((more) => (this.#waiting = more));
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** What came with the last piece and belongs to what follows. */
  rest(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

/**
 * A SOCKS 5 proxy (RFC 1928, RFC 1929) that notes whom it is asked to connect to. Whatever that is, it connects to this machine at
 * the port that was named.
 */
export async function socksServer(
  context: TestContext,
  login?: SocksLogin,
): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    void serve(socket, login, asked, sockets).catch(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

async function serve(socket: Socket, login: SocksLogin | undefined, asked: string[], sockets: Set<Socket>) {
  const bytes = new Bytes(socket);
  const [, methods] = await bytes.take(2);
  const offered = [...(await bytes.take(methods!))];
  const method = login === undefined ? 0 : 2;
  socket.write(Buffer.from([5, offered.includes(method) ? method : 0xff]));
  if (login !== undefined) {
    const [, userLength] = await bytes.take(2);
    const user = (await bytes.take(userLength!)).toString();
    const [passwordLength] = await bytes.take(1);
    const password = (await bytes.take(passwordLength!)).toString();
    const isRight = user === login.user && password === login.password;
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) {
      socket.end();
      return;
    }
  }
  const [, , , kind] = await bytes.take(4);
  // An IPv4 address, else a name.
  const host = kind === 1 ? [...(await bytes.take(4))].join('.') : await nameOf(bytes);
  const port = (await bytes.take(2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  const target = connect(port, '127.0.0.1', () => {
    socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
    target.write(bytes.rest());
    socket.removeAllListeners('data');
    socket.pipe(target).pipe(socket);
  });
  sockets.add(target);
  target.on('error', () => socket.destroy());
}

async function nameOf(bytes: Bytes): Promise<string> {
  const [length] = await bytes.take(1);
  return (await bytes.take(length!)).toString();
}
