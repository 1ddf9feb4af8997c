import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import {
  hubConnection,
  hubEndpoint,
  HubTokens,
  tokenProblem,
  type ConnectionSettings,
} from '../../../src/extension/encoders/hubConnection.ts';

const unset: ConnectionSettings = {
  endpoint: '',
  offline: false,
  proxy: '',
  proxySupport: 'override',
  proxyStrictSSL: true,
  noProxy: [],
};

test('what is not set is left to the environment', () => {
  assert.deepEqual(hubConnection(unset, undefined), {});
  const odd = { ...unset, proxy: 3, proxyStrictSSL: 'no', noProxy: 'x' };
  assert.deepEqual(hubConnection(odd, undefined), {});
});

test('the mirror, the token, being offline and VS Code’s proxy reach the engine', () => {
  const set = {
    endpoint: ' https://hub.example.org ',
    offline: true,
    proxy: 'http://p:1 ',
    proxySupport: 'override',
    proxyStrictSSL: false,
    noProxy: ['inside.example.org', 5, ' ', '*.example.net'],
  };
  assert.deepEqual(hubConnection(set, 'secret'), {
    endpoint: 'https://hub.example.org',
    token: 'secret',
    offline: true,
    proxy: 'http://p:1',
    noProxy: ['inside.example.org', '.inside.example.org', '*.example.net'],
    strictTls: false,
  });
  assert.equal(hubConnection({ ...set, proxySupport: 'off' }, undefined).proxy, undefined);
});

test('a token is kept for the hub it was given for, and no mirror gets it', async () => {
  const kept = new Map<string, string>();
  const tokens = new HubTokens({
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  });
  const hub = hubEndpoint('', {});
  const mirror = hubEndpoint('https://hub.example.org/', { HF_ENDPOINT: 'https://other.example.org' });
  assert.deepEqual([hub, mirror], ['https://huggingface.co', 'https://hub.example.org']);
  assert.equal(hubEndpoint(' ', { HF_ENDPOINT: 'https://other.example.org/' }), 'https://other.example.org');
  await tokens.set(hub, 'one');
  assert.deepEqual([await tokens.of(hub), await tokens.of(mirror)], ['one', undefined]);
  await tokens.set(mirror, 'two');
  await tokens.set(hub, '');
  assert.deepEqual([await tokens.of(hub), await tokens.of(mirror)], [undefined, 'two']);
  assert.throws(() => hubEndpoint('http://hub.example.org', {}), {
    code: ErrorCode.Usage,
    message: /likeness\.hub\.endpoint.* is not encrypted/,
  });
});

test('a token that can’t be sent is not taken', () => {
  assert.deepEqual(['', 'hf_abc', ' hf_abc '].map(tokenProblem), [undefined, undefined, undefined]);
  for (const text of ['hf abc', 'hf_abc\nX-Other: 1', 'hf_ä']) assert.match(tokenProblem(text) ?? '', /copy it again/);
});
