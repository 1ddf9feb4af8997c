import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Picture } from '../../../src/protocol/panels.ts';
import { PictureCache } from '../../../webview/shared/pictureCache.ts';

function fixture(missing: readonly string[] = []) {
  const requests: string[][] = [];
  const live = new Set<string>();
  let created = 0;
  const fetch = (paths: readonly string[]): Promise<Picture[]> => {
    requests.push([...paths]);
    const bytes = new Uint8Array(1);
    return Promise.resolve(
      paths.filter((path) => !missing.includes(path)).map((path) => ({ path, bytes, type: 'image/webp' })),
    );
  };
  const cache = new PictureCache(fetch, {
    create: ({ path }) => {
      const url = `blob:${path}:${++created}`;
      live.add(url);
      return url;
    },
    revoke: (url) => void live.delete(url),
  });
  return { cache, requests, live };
}

test('pictures asked for together are fetched together, and only once', async () => {
  const { cache, requests } = fixture();
  const urls = await Promise.all(['a', 'b', 'a'].map((path) => cache.get('1', path)));
  assert.equal(urls[0], urls[2]);
  await cache.get('1', 'b');
  assert.deepEqual(requests, [['a', 'b']]);
});

test('many pictures are fetched in batches', async () => {
  const { cache, requests } = fixture();
  await Promise.all(Array.from({ length: 100 }, (_, index) => cache.get('1', String(index))));
  assert.deepEqual(
    requests.map(({ length }) => length),
    [48, 48, 4],
  );
});

test('a picture that is not shown any more is revoked, also one of an older version', async () => {
  const { cache, live } = fixture();
  const [old, kept, gone] = await Promise.all([cache.get('1', 'a'), cache.get('2', 'a'), cache.get('2', 'b')]);
  cache.keep('2', ['a']);
  await Promise.resolve();
  assert.deepEqual(
    [old, kept, gone].map((url) => live.has(url!)),
    [false, true, false],
  );
});

test('a picture that arrives after it was let go of is revoked too', async () => {
  const { cache, live } = fixture();
  const late = cache.get('1', 'a');
  cache.keep('1', []);
  await late;
  await Promise.resolve();
  assert.equal(live.size, 0);
});

test('where there is no picture the answer is undefined', async () => {
  const { cache } = fixture(['a']);
  assert.equal(await cache.get('1', 'a'), undefined);
});

test('a failed fetch is tried again by the next one who asks', async () => {
  let failing = true;
  const fetch = (paths: readonly string[]): Promise<Picture[]> =>
    failing
      ? Promise.reject(new Error('the engine stopped'))
      : Promise.resolve(paths.map((path) => ({ path, bytes: new Uint8Array(1), type: 'image/webp' })));
  const cache = new PictureCache(fetch, { create: ({ path }) => path, revoke: () => undefined });
  assert.equal(await cache.get('1', 'a'), undefined);
  failing = false;
  assert.equal(await cache.get('1', 'a'), 'a');
});
