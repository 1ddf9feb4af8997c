import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, isCancellation, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { MapChoice, OpenedMap } from '../../../src/protocol/maps.ts';
import { usualMapSettings } from '../../../src/protocol/embeddingMap.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';

const choice: MapChoice = { ...usualMapSettings, neighbors: 8, layout: 'likeness' };
const palette = { red: [210, 40, 40], green: [30, 190, 60], blue: [40, 60, 220] } as const;

async function start(context: TestContext, each = 12) {
  const root = temporaryFolder(context);
  for (const [name, colour] of Object.entries(palette)) {
    for (let i = 0; i < each; i++) write(root, `${name}/${i}.png`, await shade(colour, i));
  }
  const engine = new Engine({ ...engineOptions(), threads: 2, cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const phases: string[] = [];
  const job = {
    signal: new AbortController().signal,
    report: ({ phase }: Progress) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
  };
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
  phases.length = 0;
  return { root, engine, job, phases };
}

/** Where each image lies. */
function places({ paths, positions }: OpenedMap): Map<string, readonly [number, number]> {
  return new Map(paths.map((path, row) => [path, [positions[2 * row]!, positions[2 * row + 1]!]]));
}

const centre = (map: OpenedMap, folder: string) => {
  const own = [...places(map)].filter(([path]) => path.startsWith(`${folder}/`)).map(([, place]) => place);
  return own.reduce<[number, number]>(([x, y], [ownX, ownY]) => [x + ownX / own.length, y + ownY / own.length], [0, 0]);
};
const distance = ([x, y]: readonly [number, number], [otherX, otherY]: readonly [number, number]) =>
  Math.hypot(x - otherX, y - otherY);

describe('a map that is kept', () => {
  it('is opened again as it was, without being laid out, also after a restart', async (context) => {
    const { root, engine, job, phases } = await start(context);
    const first = await engine.maps.open({ folder: root, choice }, job);
    assert.ok(phases.includes('Laying out'));
    assert.deepEqual([first.paths.length, first.positions.length, first.placed, first.removed], [36, 72, 0, 0]);
    assert.deepEqual(first.figures.clusters.map(({ name }) => name).sort(), ['blue', 'green', 'red']);
    phases.length = 0;
    const again = await engine.maps.open({ folder: root, choice }, job);
    assert.equal(phases.length, 0);
    assert.deepEqual(again, first);
    const other = new Engine({ ...engineOptions(), threads: 1, cacheFolder: temporaryFolder(context) });
    context.after(() => other.dispose());
    assert.deepEqual(await other.maps.open({ folder: root, choice }, job), first);
    assert.equal(phases.length, 0);
    const otherwise = await engine.maps.open({ folder: root, choice: { ...choice, seed: 5 } }, job);
    assert.notDeepEqual(otherwise.positions, first.positions, 'other settings are another map');
    assert.ok(phases.includes('Laying out'));
  });

  it('takes new images in among their like, while the old ones stay', async (context) => {
    const { root, engine, job, phases } = await start(context);
    const before = await engine.maps.open({ folder: root, choice }, job);
    write(root, 'red/new.png', await shade(palette.red, 40));
    write(root, 'blue/new.png', await shade(palette.blue, 40));
    rmSync(join(root, 'green/3.png'));
    renameSync(join(root, 'green/4.png'), join(root, 'green/renamed.png'));
    await engine.indexFolder({ folder: root }, job);
    phases.length = 0;
    const after = await engine.maps.open({ folder: root, choice }, job);
    assert.deepEqual(phases, ['Placing new images']);
    assert.deepEqual([after.paths.length, after.placed, after.removed], [37, 2, 1]);
    const [old, now] = [places(before), places(after)];
    for (const [path, place] of now) {
      if (path.endsWith('/new.png')) continue;
      const was = path === 'green/renamed.png' ? 'green/4.png' : path;
      assert.deepEqual(place, old.get(was), path);
    }
    for (const name of ['red', 'blue']) {
      const place = now.get(`${name}/new.png`)!;
      const [own, others] = [name, name === 'red' ? 'blue' : 'red'].map((folder) =>
        distance(place, centre(before, folder)),
      );
      assert.ok(own! < others!, `${name}: ${own} from its own, ${others} from the others`);
    }
    const named = after.figures.clusters[after.cluster[after.paths.indexOf('red/new.png')]!]?.name;
    assert.equal(named, 'red');
    assert.deepEqual(await engine.maps.open({ folder: root, choice }, job), after, 'placed once');
    assert.deepEqual(phases, ['Placing new images']);
  });

  it('is laid out anew where most images are new, and where that is asked for, and lies upon the last', async (context) => {
    const { root, engine, job, phases } = await start(context, 10);
    const before = await engine.maps.open({ folder: root, choice }, job);
    const seed = await engine.maps.open({ folder: root, choice: { ...choice, seed: 9 } }, job);
    const moved = (map: OpenedMap) =>
      Object.keys(palette).map((name) => distance(centre(map, name), centre(before, name)));
    const spread = distance(centre(before, 'red'), centre(before, 'blue'));
    assert.ok(Math.max(...moved(seed)) < spread / 2, `${moved(seed).join(', ')} of ${spread}`);
    for (let i = 0; i < 40; i++) write(root, `red/more${i}.png`, await shade(palette.red, 50 + i));
    await engine.indexFolder({ folder: root }, job);
    phases.length = 0;
    const many = await engine.maps.open({ folder: root, choice }, job);
    assert.ok(phases.includes('Laying out'));
    assert.deepEqual([many.paths.length, many.placed, many.removed], [70, 0, 0]);
    phases.length = 0;
    const fresh = await engine.maps.open({ folder: root, choice, fresh: true }, job);
    assert.ok(phases.includes('Laying out'));
    assert.ok(fresh.figures.madeAt >= many.figures.madeAt);
  });

  it('by principal components puts new images where they belong on its plane', async (context) => {
    const { root, engine, job, phases } = await start(context, 6);
    const pca: MapChoice = { ...choice, method: 'pca' };
    const before = await engine.maps.open({ folder: root, choice: pca }, job);
    assert.ok(before.figures.explained![0] > 0);
    write(root, 'copies/0.png', await shade(palette.red, 0));
    await engine.indexFolder({ folder: root }, job);
    phases.length = 0;
    const after = await engine.maps.open({ folder: root, choice: pca }, job);
    assert.deepEqual(phases, ['Placing new images']);
    const [own, twin] = ['copies/0.png', 'red/0.png'].map((path) => places(after).get(path)!);
    assert.ok(distance(own!, twin!) < 1e-5, 'a copy lies upon its twin');
    assert.deepEqual(places(after).get('red/0.png'), places(before).get('red/0.png'));
  });
});

describe('a map in the making', () => {
  it('shows where its points are while they move, and stops when it is told to', async (context) => {
    const { root, engine } = await start(context);
    const abort = new AbortController();
    const seen: Float32Array[] = [];
    const report = ({ phase }: Progress) => {
      const live = engine.maps.live({ live: 7, paths: seen.length === 0 });
      if (phase === 'Comparing images') assert.equal(live, undefined);
      if (live && seen.length === 0) assert.equal(live.paths?.length, 36);
      if (live) seen.push(live.positions);
    };
    const whole = engine.maps.open({ folder: root, choice, live: 7 }, { signal: abort.signal, report });
    await whole;
    assert.ok(
      seen.length > 0 && seen.every((positions) => positions.length === 72 && positions.every(Number.isFinite)),
    );
    assert.equal(engine.maps.live({ live: 7, paths: true }), undefined, 'it is done');
    const stopped = engine.maps.open(
      { folder: root, choice, fresh: true, live: 8 },
      {
        signal: abort.signal,
        report: ({ phase }) => {
          if (phase === 'Laying out') abort.abort();
        },
      },
    );
    await assert.rejects(stopped, isCancellation);
    assert.equal(engine.maps.live({ live: 8, paths: false }), undefined);
  });

  it('by umap-js is another map of the same images, and can be stopped', async (context) => {
    const { root, engine, job, phases } = await start(context, 8);
    const umapJs: MapChoice = { ...choice, layout: 'umap-js' };
    const map = await engine.maps.open({ folder: root, choice: umapJs }, job);
    assert.ok(phases.includes('Laying out') && map.positions.every(Number.isFinite));
    // Which shades of a colour are neighbours is chance, but colours lie apart.
    for (const folder of Object.keys(palette)) {
      const own = [...places(map)].filter(([path]) => path.startsWith(`${folder}/`)).map(([, place]) => place);
      const others = Object.keys(palette).filter((other) => other !== folder);
      const nearest = Math.min(...others.map((other) => distance(centre(map, folder), centre(map, other))));
      const spread = own.reduce((sum, place) => sum + distance(place, centre(map, folder)) / own.length, 0);
      assert.ok(spread < nearest / 2, `${folder}: ${spread}, the next colour ${nearest} away`);
    }
    const abort = new AbortController();
    const report = ({ phase }: Progress) => {
      if (phase === 'Laying out') abort.abort();
    };
    const stopped = engine.maps.open({ folder: root, choice: umapJs, fresh: true }, { signal: abort.signal, report });
    await assert.rejects(stopped, isCancellation);
  });
});

describe('what a map knows of its images', () => {
  it('is told in columns, in the order that is asked for', async (context) => {
    const { root, engine, job } = await start(context, 5);
    write(root, 'train/wide.png', await shade(palette.red, 1));
    await engine.indexFolder({ folder: root }, job);
    const lines = [
      { path: 'red/0.png', content: '', action: 'tag', value: 'odd', at: '2026-01-01' },
      { path: 'red/0.png', content: '', action: 'tag', value: 'blurry', at: '2026-01-01' },
      { path: 'blue/1.png', content: '', action: 'exclude', at: '2026-01-01' },
    ];
    writeFileSync(
      join(root, '.likeness/decisions.jsonl'),
      `${lines.map((line) => JSON.stringify(line)).join('\n')}\n<<<<\n`,
    );
    const paths = ['red/0.png', 'blue/1.png', 'train/wide.png', 'gone.png'];
    const columns = new Map((await engine.maps.columns({ root, paths })).map((column) => [column.id, column]));
    const namesOf = (id: string) => {
      const column = columns.get(id);
      assert.equal(column?.kind, 'category', id);
      return Array.from(column.codes, (code) => column.names[code]);
    };
    assert.deepEqual(namesOf('class').slice(0, 2), ['red', 'blue']);
    assert.deepEqual(namesOf('tag'), ['blurry + odd', undefined, undefined, undefined]);
    assert.deepEqual(namesOf('excluded'), [undefined, 'excluded', undefined, undefined]);
    assert.deepEqual(namesOf('split'), [undefined, undefined, 'train', undefined]);
    const size = columns.get('size');
    assert.ok(size?.kind === 'number' && size.values[0]! > 0 && Number.isNaN(size.values[3]));
    assert.equal(columns.has('width'), false, 'all are of one width, which tells nothing');
  });

  it('finds the nearest images, and similarities to one', async (context) => {
    const { root, engine, job } = await start(context, 6);
    const map = await engine.maps.open({ folder: root, choice }, job);
    const { identity } = map.encoder;
    const near = await engine.maps.neighbors({ root, folder: root, identity, path: 'red/2.png', count: 5 });
    assert.deepEqual([near.paths.length, near.similarities.length], [5, 5]);
    assert.ok(
      near.paths.every((path) => path.startsWith('red/') && path !== 'red/2.png'),
      near.paths.join(' '),
    );
    const inside = { root, folder: join(root, 'blue'), identity, path: 'red/2.png', count: 3 };
    assert.ok((await engine.maps.neighbors(inside)).paths.every((path) => path.startsWith('blue/')));
    const paths = [...near.paths, 'red/2.png', 'nowhere.png'];
    const similarities = await engine.maps.similarities({ root, identity, to: { path: 'red/2.png' }, paths });
    near.similarities.forEach((similarity, i) => {
      assert.ok(Math.abs(similarity - similarities[i]!) < 1e-5);
    });
    assert.ok(Math.abs(similarities[5]! - 1) < 1e-5 && Number.isNaN(similarities[6]));
    await assert.rejects(
      engine.maps.neighbors({ root, folder: root, identity, path: 'nowhere.png', count: 3 }),
      (error) => error instanceof LikenessError && error.code === ErrorCode.ImageNotIndexed,
    );
  });

  it('compares the neighbours of two encoders, and lays one map upon the other', async (context) => {
    const { root, engine, job, phases } = await start(context, 9);
    const first = await engine.maps.open({ folder: root, choice }, job);
    const name = { identity: first.encoder.identity, choice };
    phases.length = 0;
    const request = { folder: root, encoder: 'handcrafted', choice, alignTo: name };
    const second = await engine.maps.open(request, job);
    assert.ok(phases.some((phase) => phase.startsWith('Embedding with')));
    assert.deepEqual(second.paths, first.paths);
    const spread = distance(centre(first, 'red'), centre(first, 'blue'));
    assert.ok(distance(centre(second, 'red'), centre(first, 'red')) < spread);
    phases.length = 0;
    assert.deepEqual((await engine.maps.open(request, job)).paths, first.paths);
    assert.equal(phases.length, 0, 'no model is loaded for what is there');

    const other = { identity: second.encoder.identity, choice };
    const { paths } = first;
    const same = await engine.maps.compare({ folder: root, maps: [name, name], paths });
    assert.ok(same.mean === 1 && same.agreement.every((share) => share === 1));
    const { mean, agreement, neighbors } = await engine.maps.compare({ folder: root, maps: [name, other], paths });
    // Counted anew, by the search that the map doesn't use.
    const nearest = async (identity: string, path: string) =>
      (await engine.maps.neighbors({ root, folder: root, identity, path, count: neighbors })).paths;
    for (const row of [0, 10, 20]) {
      const [mine, theirs] = await Promise.all([name, other].map(({ identity }) => nearest(identity, paths[row]!)));
      const common = mine!.filter((path) => theirs!.includes(path)).length;
      assert.ok(Math.abs(agreement[row]! - common / neighbors) < 1e-6, paths[row]);
    }
    assert.ok(mean > 0 && mean < 1);
  });

  it('says what is missing before any work', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a.png', await shade([1, 2, 3], 1));
    const engine = new Engine({ ...engineOptions(), threads: 1, cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const job = { signal: new AbortController().signal, report: () => undefined };
    const fails = (code: ErrorCode) => (error: unknown) => error instanceof LikenessError && error.code === code;
    await assert.rejects(engine.maps.open({ folder: root, choice }, job), fails(ErrorCode.NotIndexed));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    await assert.rejects(engine.maps.open({ folder: root, choice }, job), fails(ErrorCode.TooFewImages));
    await assert.rejects(
      engine.maps.open({ folder: root, choice: { ...choice, layout: 'tsne' as never } }, job),
      fails(ErrorCode.Usage),
    );
  });
});
