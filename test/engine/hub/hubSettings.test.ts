import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { hubSettings } from '../../../src/engine/hub/hubSettings.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

test('without a word in the environment it is the hub itself, open to everybody', (context) => {
  assert.deepEqual(hubSettings({}, temporaryFolder(context)), {
    endpoint: 'https://huggingface.co',
    token: undefined,
    offline: false,
    proxies: {},
    strictTls: true,
  });
});

test('a mirror, being offline and proxies are read from the environment', (context) => {
  const home = temporaryFolder(context);
  const settings = hubSettings(
    {
      HF_ENDPOINT: 'https://hub.example.org/mirror/',
      HF_HUB_OFFLINE: '1',
      https_proxy: 'http://p:8080',
      NO_PROXY: 'x',
    },
    home,
  );
  assert.equal(settings.endpoint, 'https://hub.example.org/mirror');
  assert.equal(settings.offline, true);
  assert.deepEqual(settings.proxies, { https_proxy: 'http://p:8080', NO_PROXY: 'x' });
  assert.equal(hubSettings({ LIKENESS_OFFLINE: 'true' }, home).offline, true);
  assert.equal(hubSettings({ LIKENESS_OFFLINE: '0' }, home).offline, false);
  assert.equal(hubSettings({ HF_ENDPOINT: 'http://localhost:80' }, home).endpoint, 'http://localhost');
  for (const endpoint of [
    'http://hub.example.org',
    'hub.example.org',
    'ftp://hub.example.org',
    'http://127.0.0.1.example.org',
  ]) {
    assert.throws(() => hubSettings({ HF_ENDPOINT: endpoint }, home), { code: ErrorCode.Usage }, endpoint);
  }
});

test('the token is the one named, else the one in the hub’s own folder, which no mirror gets', (context) => {
  const home = temporaryFolder(context);
  const tokenOf = (environment: Record<string, string>) => hubSettings(environment, home).token;
  assert.equal(tokenOf({}), undefined);
  for (const folder of ['.cache/huggingface', 'hf', 'caches/huggingface']) {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, 'token'), `of ${folder}\n`);
  }
  assert.equal(tokenOf({}), 'of .cache/huggingface');
  assert.equal(tokenOf({ HF_HOME: join(home, 'hf') }), 'of hf');
  assert.equal(tokenOf({ XDG_CACHE_HOME: join(home, 'caches') }), 'of caches/huggingface');
  assert.equal(tokenOf({ HF_TOKEN_PATH: join(home, 'hf/token'), HF_HOME: '/nowhere' }), 'of hf');
  assert.equal(tokenOf({ HF_TOKEN: ' named ' }), 'named');
  assert.equal(tokenOf({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }), undefined);
  assert.equal(tokenOf({ HF_ENDPOINT: 'https://hub.example.org' }), undefined);
  assert.equal(tokenOf({ HF_ENDPOINT: 'https://hub.example.org', HF_TOKEN: 'named' }), 'named');
  assert.equal(tokenOf({ HF_TOKEN: 'a\r\nX-Smuggled: 1' }), 'a');
});

test('what a front door is set to goes before the environment, and what it leaves out is the environment’s', (context) => {
  const home = temporaryFolder(context);
  const environment = {
    HF_ENDPOINT: 'https://one.example.org',
    HF_TOKEN: 'of the environment',
    https_proxy: 'http://old:1',
    NO_PROXY: 'inside.example.org',
  };
  const settings = hubSettings(environment, home, {
    endpoint: ' https://two.example.org/ ',
    token: 'of the window',
    offline: true,
    proxy: 'http://user:secret@new:2',
    strictTls: false,
  });
  assert.deepEqual(settings, {
    endpoint: 'https://two.example.org',
    token: 'of the window',
    offline: true,
    proxies: {
      HTTP_PROXY: 'http://user:secret@new:2',
      HTTPS_PROXY: 'http://user:secret@new:2',
      NO_PROXY: 'inside.example.org',
    },
    strictTls: false,
  });
  const direct = hubSettings(environment, home, { noProxy: ['a.example.org', ' ', '*.b.example.org'] });
  assert.deepEqual(direct.proxies, { https_proxy: 'http://old:1', NO_PROXY: 'a.example.org,*.b.example.org' });
  assert.deepEqual(
    [direct.endpoint, direct.token, direct.offline, direct.strictTls],
    ['https://one.example.org', 'of the environment', false, true],
  );
});

test('a proxy that can’t be used is named without its password', (context) => {
  const home = temporaryFolder(context);
  for (const proxy of ['ftp://user:secret@host:1080', 'user:secret@host:1080', 'host:1080']) {
    assert.throws(
      () => hubSettings({}, home, { proxy }),
      ({ code, message }: { code: string; message: string }) =>
        code === ErrorCode.Usage && /^The proxy (ftp:\/\/)?host:1080 can't be used/.test(message),
      proxy,
    );
  }
  const environment = { HTTPS_PROXY: 'ftp://user:secret@host:1080', HTTP_PROXY: 'ftp://other:1080' };
  const refused = { code: ErrorCode.Usage, message: /^The proxy ftp:\/\/host:1080 can't be used/ };
  assert.throws(() => hubSettings(environment, home), refused, 'Node would ask without one');
  assert.ok(hubSettings({ ...environment, LIKENESS_OFFLINE: '1' }, home).offline, 'nothing is asked');
  const spelt = { https_proxy: 'http://host:1', HTTPS_PROXY: 'ftp://host:1080' };
  assert.deepEqual(hubSettings(spelt, home).proxies, spelt, 'the lower case goes first');
  assert.throws(() => hubSettings({ https_proxy: 'ftp://host:1080', HTTPS_PROXY: 'http://host:1' }, home), refused);
  const mirror = { HF_ENDPOINT: 'https://mirror.example.org', HTTPS_PROXY: 'ftp://user:secret@host:1080' };
  for (const direct of ['a, Mirror.example.org', '.example.org', '*.example.org', 'mirror.example.org:443', '*']) {
    assert.ok(hubSettings({ ...mirror, NO_PROXY: direct }, home).proxies['HTTPS_PROXY'], direct);
  }
  for (const proxied of ['example.org', 'other.example.org', 'mirror.example.org:8443', '']) {
    assert.throws(() => hubSettings({ ...mirror, NO_PROXY: proxied }, home), refused, proxied);
  }
  const other = { HTTP_PROXY: 'ftp://other:1080', https_proxy: 'http://host:1' };
  assert.deepEqual(hubSettings(other, home).proxies, other, 'the hub is asked by HTTPS');
  assert.deepEqual(hubSettings({ https_proxy: 'user:secret@host:3128', NO_PROXY: 'a,b:1' }, home).proxies, {
    https_proxy: 'http://user:secret@host:3128',
    NO_PROXY: 'a,b:1',
  });
});

test('HTTP proxies and SOCKS are used', (context) => {
  const home = temporaryFolder(context);
  for (const scheme of ['http', 'https', 'socks', 'socks4', 'socks4a', 'socks5', 'socks5h', 'SOCKS5']) {
    const proxy = `${scheme}://user:secret@host:1080`;
    assert.equal(hubSettings({}, home, { proxy }).proxies['HTTPS_PROXY'], proxy);
  }
});
