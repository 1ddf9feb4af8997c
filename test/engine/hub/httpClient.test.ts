import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { HttpClient, readText, supportsProxies } from '../../../src/engine/hub/httpClient.ts';
import { HubServer } from '../../hubServer.ts';
import { selfSigned } from './selfSigned.ts';
import { socksServer } from './socksServer.ts';

/** A proxy that notes what it is asked for. It opens tunnels to this machine only. */
async function proxy(context: TestContext): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((question, response) => {
    asked.push(`${question.method} ${question.url}`);
    const forwarded = httpRequest(question.url!, { headers: question.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    forwarded.end();
  });
  server.on('connect', (question, socket) => {
    asked.push(`${question.method} ${question.url}`);
    const [, port] = /^127\.0\.0\.1:(\d+)$/.exec(question.url!) ?? [];
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const end of [socket, target]) {
      end.on('error', () => {
        socket.destroy();
        target.destroy();
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const skip = supportsProxies(process.versions.node) ? false : 'this Node knows no proxies';

test('proxies are used, but for the hosts that need none', { skip }, async (context) => {
  const server = await HubServer.start(context);
  const commit = server.commit('some/net', { files: { 'config.json': '{}' } });
  const { address, asked } = await proxy(context);
  const { signal } = new AbortController();
  const path = `/some/net/resolve/${commit}/config.json`;
  const read = async (proxies: Record<string, string>) => {
    const client = new HttpClient(server.settings({ proxies }));
    try {
      return await readText(await client.get(new URL(path, server.endpoint), { signal }), 100);
    } finally {
      client.dispose();
    }
  };
  assert.equal(await read({ HTTP_PROXY: address }), '{}');
  assert.deepEqual(asked, [`GET ${server.endpoint}${path}`]);
  assert.equal(await read({ HTTP_PROXY: address, NO_PROXY: '127.0.0.1' }), '{}');
  assert.equal(asked.length, 1);
  const client = new HttpClient(server.settings({ proxies: { HTTPS_PROXY: address } }));
  await assert.rejects(client.get(new URL('https://hub.invalid/'), { signal }));
  client.dispose();
  assert.deepEqual(asked.slice(1), ['CONNECT hub.invalid:443']);
});

test(
  'a certificate that nobody vouches for is refused unless that was switched off, with a proxy and without',
  { skip },
  async (context) => {
    const server = createHttpsServer(selfSigned, (_, response) => response.end('{}'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { address, asked } = await proxy(context);
    const { signal } = new AbortController();
    const read = async (strictTls: boolean, proxies: Record<string, string>) => {
      const client = new HttpClient({ endpoint, token: 'secret', offline: false, proxies, strictTls });
      try {
        return await readText(await client.get(new URL(endpoint), { signal }), 100);
      } finally {
        client.dispose();
      }
    };
    for (const proxies of [{}, { HTTPS_PROXY: address }]) {
      await assert.rejects(read(true, proxies), { code: /CERT/ });
      assert.equal(await read(false, proxies), '{}');
    }
    assert.deepEqual(asked, Array<string>(2).fill(`CONNECT ${new URL(endpoint).host}`));
  },
);

for (const scheme of ['socks5h', 'socks5'])
  test(`SOCKS proxies are used (${scheme}), with a login, for both protocols, but not for the hosts that need none`, async (context) => {
    const plain = await HubServer.start(context);
    const commit = plain.commit('some/net', { files: { 'config.json': '{}' } });
    const encrypted = createHttpsServer(selfSigned, (_, response) => response.end('{"by":"https"}'));
    await new Promise<void>((done) => encrypted.listen(0, '127.0.0.1', done));
    context.after(() => {
      encrypted.closeAllConnections();
      encrypted.close();
    });
    const login = { user: 'me', password: 'se:cret@' };
    const { port, asked } = await socksServer(context, login);
    const address = (password: string) => `${scheme}://me:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const { signal } = new AbortController();
    const read = async (target: string, proxies: Record<string, string>, strictTls = true) => {
      const client = new HttpClient(plain.settings({ proxies, strictTls }));
      try {
        return await readText(await client.get(new URL(target), { signal }), 100);
      } finally {
        client.dispose();
      }
    };
    const plainPort = new URL(plain.endpoint).port;
    const file = `/some/net/resolve/${commit}/config.json`;
    const proxies = { HTTP_PROXY: address(login.password), HTTPS_PROXY: address(login.password) };
    assert.equal(await read(`${plain.endpoint}${file}`, proxies), '{}');
    assert.equal(await read(`${plain.endpoint}${file}`, { ...proxies, NO_PROXY: '127.0.0.1' }), '{}');
    assert.deepEqual(asked, [`127.0.0.1:${plainPort}`]);
    const securePort = (encrypted.address() as AddressInfo).port;
    const secure = `https://localhost:${securePort}/`;
    await assert.rejects(read(secure, proxies), { code: /CERT|ALTNAME/ });
    assert.equal(await read(secure, proxies, false), '{"by":"https"}');
    const host = scheme === 'socks5h' ? 'localhost' : '127.0.0.1';
    assert.deepEqual(asked.slice(1), Array<string>(2).fill(`${host}:${securePort}`), 'who looks the name up');
    await assert.rejects(read(secure, { HTTPS_PROXY: address('wrong') }, false), /uthentication/);
  });

test('it is known which Node can use proxies', () => {
  assert.deepEqual(['22.21.0', '24.5.0', '24.21.0', '25.0.0'].map(supportsProxies), [true, true, true, true]);
  assert.deepEqual(['22.13.0', '22.20.9', '23.11.0', '24.4.1'].some(supportsProxies), false);
});

test('an answer that is far too long is not taken in', async (context) => {
  const server = await HubServer.start(context);
  const commit = server.commit('some/net', { files: { 'config.json': 'x'.repeat(1000) } });
  const client = new HttpClient(server.settings());
  const { signal } = new AbortController();
  const answer = await client.get(new URL(`/some/net/resolve/${commit}/config.json`, server.endpoint), { signal });
  await assert.rejects(readText(answer, 100), { code: 'hub-answer' });
  client.dispose();
});
