import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, isCancellation, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { readHeader } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { MapRequest } from '../../../src/protocol/maps.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';

function start(context: TestContext, threads = 2) {
  const engine = new Engine({ ...engineOptions(), threads, cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const abort = new AbortController();
  const phases: string[] = [];
  const report = ({ phase }: Progress) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  };
  return { engine, abort, phases, job: { signal: abort.signal, report } };
}

async function colours(context: TestContext, each: number): Promise<string> {
  const root = temporaryFolder(context);
  const palette = { red: [210, 40, 40], green: [30, 190, 60], blue: [40, 60, 220] } as const;
  for (const [name, colour] of Object.entries(palette)) {
    for (let i = 0; i < each; i++) write(root, `${name}/${i}.png`, await shade(colour, i));
  }
  return root;
}

const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  assert.equal(error.message.split('\n').length, 1);
  return true;
};

describe('mapping a folder', () => {
  it('indexes it first, lays out who is alike side by side, and finds the clusters', async (context) => {
    const root = await colours(context, 25);
    const { engine, job, phases } = start(context);
    const map = await engine.map({ folder: root, encoder: 'pixels', neighbors: 10 }, job);
    assert.deepEqual([map.points.length, map.x.length, map.y.length, map.cluster.length], [75, 75, 75, 75]);
    assert.ok(map.x.every(Number.isFinite) && map.y.every(Number.isFinite));
    assert.deepEqual(map.clusters.map(({ name }) => name).sort(), ['blue', 'green', 'red']);
    for (const { id, name, size, representative } of map.clusters) {
      assert.ok(representative.startsWith(`${name}/`));
      assert.equal(map.cluster.filter((own) => own === id).length, size);
    }
    map.points.forEach((path, i) => {
      const name = map.clusters[map.cluster[i]!]?.name;
      assert.ok(name === undefined || path.startsWith(`${name}/`), path);
      assert.equal(map.labels[i], path.split('/')[0]);
    });
    assert.ok(map.trustworthiness > 0.8 && map.trustworthiness <= 1);
    assert.deepEqual(map.judged, { neighbors: 15, images: 75 });
    assert.deepEqual([map.method, map.seed, map.neighbors, map.minimumDistance], ['umap', 0, 10, 0.1]);
    for (const phase of ['Comparing images', 'Laying out', 'Checking the map'])
      assert.ok(phases.includes(phase), phase);
  });

  it('gives the same map on any number of threads, and another one for another seed', async (context) => {
    const root = await colours(context, 12);
    const maps = [];
    for (const [threads, seed] of [
      [1, 3],
      [2, 3],
      [2, 4],
    ] as const) {
      const { engine, job } = start(context, threads);
      maps.push(await engine.map({ folder: root, encoder: 'pixels', seed }, job));
    }
    const [one, two, other] = maps;
    assert.deepEqual([one!.x, one!.y, one!.cluster], [two!.x, two!.y, two!.cluster]);
    assert.notDeepEqual(one!.x, other!.x);
  });

  it('maps what lies below a folder only, and by principal components where told', async (context) => {
    const root = await colours(context, 6);
    const { engine, job } = start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    const map = await engine.map({ folder: join(root, 'red'), method: 'pca' }, job);
    assert.deepEqual([map.points.length, map.method], [6, 'pca']);
    assert.ok(map.explained![0] >= map.explained![1] && map.explained![1] > 0);
    assert.ok(map.points.every((path) => path.startsWith('red/')));
  });

  it('says in one sentence what keeps it from making a map', async (context) => {
    const root = temporaryFolder(context);
    const { engine, job } = start(context);
    for (let i = 0; i < 3; i++) write(root, `a/${i}.png`, await shade([9, 9, 9], i));
    await assert.rejects(
      engine.map({ folder: root, encoder: 'pixels' }, job),
      failure(ErrorCode.TooFewImages, /has 3 images with an embedding, and a map needs 4 at least/),
    );
    for (let i = 3; i < 9; i++) write(root, `a/${i}.png`, await shade([9, 9, 9], 1));
    for (let i = 0; i < 5; i++) write(root, `same/${i}.png`, await shade([9, 9, 9], 1));
    await engine.indexFolder({ folder: root }, job);
    await assert.rejects(
      engine.map({ folder: join(root, 'same') }, job),
      failure(ErrorCode.ImagesIdentical, /All 5 images of .* are the same to the encoder/),
    );
    await assert.rejects(engine.map({ folder: join(root, 'none') }, job), failure(ErrorCode.TooFewImages, /no image/));
    const four = await engine.map({ folder: join(root, 'a'), neighbors: 50 }, job);
    assert.ok(four.x.every(Number.isFinite), 'copies among few images');
    assert.equal(four.neighbors, 9);
  });

  it('refuses what it does not understand before any work', async (context) => {
    const root = temporaryFolder(context);
    const { engine, job } = start(context);
    const wrong: readonly [Partial<MapRequest>, RegExp][] = [
      [{ method: 'tsne' as never }, /umap or pca/],
      [{ neighbors: 1 }, /2 to 200/],
      [{ neighbors: 2.5 }, /2 to 200/],
      [{ minimumDistance: 3 }, /below 3/],
      [{ seed: -1 }, /seed/],
      [{ out: { file: join(root, 'map.svg'), replace: false } }, /\.json, \.html, \.png/],
    ];
    for (const [part, pattern] of wrong) {
      await assert.rejects(engine.map({ folder: root, ...part }, job), failure(ErrorCode.Usage, pattern));
    }
    const nowhere = { file: join(root, 'no/map.png'), replace: false };
    await assert.rejects(
      engine.map({ folder: root, out: nowhere }, job),
      failure(ErrorCode.FileNotFound, /no.map\.png/),
    );
    assert.ok(!existsSync(join(root, '.likeness')));
  });

  it('stops when it is told to', async (context) => {
    const root = await colours(context, 10);
    const { engine, job, abort } = start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    const mapping = engine.map(
      { folder: root },
      {
        signal: abort.signal,
        report: ({ phase }) => {
          if (phase === 'Laying out') abort.abort();
        },
      },
    );
    await assert.rejects(mapping, isCancellation);
  });

  it('writes a picture, and nothing over a file that is there unless told so', async (context) => {
    const root = await colours(context, 5);
    const { engine, job } = start(context);
    const file = join(temporaryFolder(context), 'map.png');
    await engine.map({ folder: root, encoder: 'pixels', out: { file, replace: false } }, job);
    const { format, width, height } = await readHeader(readFileSync(file));
    assert.deepEqual([format, width, height], ['png', 1800, 1200]);
    writeFileSync(file, 'mine');
    const again = (replace: boolean) => engine.map({ folder: root, out: { file, replace } }, job);
    await assert.rejects(again(false), failure(ErrorCode.FileExists, /--force/));
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    await again(true);
    assert.equal((await readHeader(readFileSync(file))).format, 'png');
    const other = temporaryFolder(context);
    mkdirSync(join(other, '.likeness'));
    writeFileSync(join(other, 'a.png'), 'mine');
    for (const image of [join(root, 'red/0.png'), join(other, 'a.png')]) {
      await assert.rejects(
        engine.map({ folder: root, out: { file: image, replace: true } }, job),
        failure(ErrorCode.FileExists, /is an image and is never replaced/),
        image,
      );
    }
    const kept = join(root, '.likeness/map.json');
    await assert.rejects(
      engine.map({ folder: root, out: { file: kept, replace: true } }, job),
      failure(ErrorCode.FileExists, /never replaced/),
    );
  });
});
