import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { similarityOf, triangleIndex, triangleSize } from '../../../src/core/evaluation/similarityCodes.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Datasets } from '../../../src/engine/dataset.ts';
import { currentEncoder } from '../../../src/engine/encoders/encoderChoice.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { readKnownLabels } from '../../../src/engine/labels/knownLabels.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { compareImages } from '../../../src/engine/matrix/compareImages.ts';
import type { MatrixGrid, MatrixReport, MatrixRequest } from '../../../src/protocol/matrix.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';

const colours = { blue: [50, 70, 190], green: [60, 180, 70], red: [190, 60, 50] } as const;
const PER_CLASS = 8;

/** Undone when the suite is over. */
const later: (() => unknown)[] = [];
const context = { after: (undo: () => unknown) => void later.push(undo) };
const reports: Progress[] = [];
const job = { signal: new AbortController().signal, report: (progress: Progress) => void reports.push(progress) };

let cacheFolder: string;
let engine: Engine;
let root: string;

before(async () => {
  cacheFolder = temporaryFolder(context as never);
  root = temporaryFolder(context as never);
  for (const [name, colour] of Object.entries(colours)) {
    for (let i = 0; i < PER_CLASS; i++) write(root, `${name}/${i}.png`, await shade(colour, 10 * i + colour[0]));
  }
  // The same picture under another class.
  copyFileSync(join(root, 'red/0.png'), join(root, 'blue/copy.png'));
  engine = new Engine({ ...engineOptions(), cacheFolder });
  await engine.indexFolder({ folder: root, encoder: 'handcrafted' }, job);
});

after(async () => {
  await engine.dispose();
  for (const undo of later) undo();
});

const compare = (request: Partial<MatrixRequest> = {}) => engine.compareImages({ root, ...request }, job);

const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  return true;
};

/** What the index holds, by path. */
function vectors(): Map<string, Float32Array> {
  const datasets = new Datasets(cacheFolder);
  const dataset = datasets.get(root);
  const { paths, matrix, dim } = dataset.store.readVectors(currentEncoder(dataset)!.key);
  const found = new Map(paths.map((path, row) => [path, matrix.slice(row * dim, (row + 1) * dim)]));
  datasets.dispose();
  return found;
}

function similarity(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

function valueOf(grid: MatrixGrid, a: number, b: number): number {
  return similarityOf(grid.codes[triangleIndex(grid.starts.length - 1, a, b)]!);
}

const grids = ({ arrangements }: MatrixReport): MatrixGrid[] =>
  Object.values(arrangements).flatMap(({ cells, groups }) => (groups ? [cells, groups] : [cells]));

/** Every cell against the mean over its pairs. */
function checkGrid(report: MatrixReport, grid: MatrixGrid): void {
  const own = vectors();
  const imagesOf = (cell: number) =>
    [...grid.order.subarray(grid.starts[cell], grid.starts[cell + 1])].map((image) => report.paths[image]!);
  const cells = grid.starts.length - 1;
  assert.equal(grid.codes.length, triangleSize(cells));
  assert.deepEqual(grid.order.toSorted(), Uint32Array.from(report.paths.keys()));
  for (let a = 0; a < cells; a++) {
    for (let b = a; b < cells; b++) {
      const all = imagesOf(a).flatMap((one, i) =>
        imagesOf(b).flatMap((other, j) => (a === b && i === j ? [] : [similarity(own.get(one)!, own.get(other)!)])),
      );
      const value = valueOf(grid, a, b);
      // An image is itself in a matrix of images; a block of one has no mean.
      if (all.length === 0) assert.ok(Number.isNaN(value) || value === 1);
      else assert.ok(Math.abs(value - all.reduce((sum, x) => sum + x, 0) / all.length) < 1e-4, `${a} ${b}`);
    }
  }
}

describe('a matrix of all images', () => {
  it('holds every similarity in three orders, and means of classes and clusters', async () => {
    const report = await compare();
    assert.deepEqual([report.paths.length, report.missing, report.root], [3 * PER_CLASS + 1, 0, root]);
    assert.equal(grids(report).length, 6);
    for (const grid of grids(report)) checkGrid(report, grid);
    assert.deepEqual(report.classes, ['blue', 'green', 'red']);
    assert.deepEqual(
      report.arrangements.class.cells.bands.map(({ name, start, end }) => [name, start, end]),
      [
        ['blue', 0, 9],
        ['green', 9, 17],
        ['red', 17, 25],
      ],
    );
    assert.equal(report.arrangements.class.cells.high, 1);
    assert.ok(reports.some(({ phase, done, total }) => phase === 'Comparing images' && done === total));
  });

  it('finds colours as clusters, which the copy in another class belongs to by its looks', async () => {
    const report = await compare();
    assert.equal(report.clusters, 3);
    const [copy, red] = ['blue/copy.png', 'red/0.png'].map((path) => report.paths.indexOf(path));
    const { order, bands } = report.arrangements.cluster.cells;
    const bandOf = (image: number) =>
      bands.find(({ start, end }) => {
        const place = order.indexOf(image);
        return place >= start && place < end;
      });
    assert.equal(bandOf(copy!)?.name, 'red');
    assert.equal(bandOf(copy!), bandOf(red!));
    // In the dendrogram copies are neighbours.
    const { hierarchy } = report.arrangements;
    assert.equal(Math.abs(hierarchy.cells.order.indexOf(copy!) - hierarchy.cells.order.indexOf(red!)), 1);
    assert.equal(hierarchy.cells.tree?.left.length, report.paths.length - 1);
    assert.equal(hierarchy.groups?.tree?.left.length, 2);
  });

  it('tells how well the classes are told apart, of all and of each', async () => {
    const report = await compare();
    const { overlap } = report;
    assert.ok(overlap && overlap.separation > 0.9 && overlap.separation < 1);
    assert.equal(overlap.pairsWithin, 36 + 28 + 28);
    assert.equal(overlap.pairsWithin + overlap.pairsBetween, (25 * 24) / 2);
    assert.ok(overlap.meanWithin > overlap.meanBetween);
    assert.deepEqual(
      report.table.map(({ name, images }) => [name, images]),
      [
        ['blue', 9],
        ['green', 8],
        ['red', 8],
      ],
    );
    // The copy lies in blue, which is told apart the worst.
    const worst = report.table.toSorted((a, b) => a.separation - b.separation)[0]!;
    assert.equal(worst.name, 'blue');
    assert.ok(report.table.every(({ within, nearestMean }) => within > nearestMean));
  });

  it('lists the copy across classes first, and shows what people decide of it', async () => {
    const [first] = (await compare()).mostBetween;
    assert.deepEqual([...first!.paths].sort(), ['blue/copy.png', 'red/0.png']);
    assert.deepEqual([first!.copies, first!.decided, first!.similarity > 0.99999], [true, undefined, true]);
    await engine.decisions.pair({ root, paths: first!.paths, action: 'same' });
    assert.equal((await compare()).mostBetween[0]!.decided, 'same');
    await engine.decisions.pair({ root, paths: first!.paths, action: undefined });
    const [least] = (await compare()).leastWithin;
    assert.ok(least!.paths.includes('blue/copy.png'));
    assert.deepEqual((await compare()).mostUnlabelled, []);
  });

  it('follows labels that people gave images, not only folders', async () => {
    const before = await compare();
    const line = { path: 'blue/copy.png', content: '', action: 'relabel', value: 'red', at: '2024-01-01T00:00:00Z' };
    write(root, '.likeness/decisions.jsonl', `${JSON.stringify(line)}\n`);
    const report = await compare();
    rmSync(join(root, '.likeness/decisions.jsonl'));
    assert.ok(report.overlap!.separation > before.overlap!.separation);
    assert.deepEqual(
      report.table.map(({ images }) => images),
      [8, 8, 9],
    );
  });
});

describe('what is compared', () => {
  it('can be files, folders and classes', async () => {
    assert.equal((await compare({ paths: ['red', 'blue/1.png'] })).paths.length, PER_CLASS + 1);
    assert.equal((await compare({ filter: { classes: ['red', 'green'] } })).paths.length, 2 * PER_CLASS);
    assert.equal((await compare({ paths: ['red'], filter: { classes: ['red'] } })).paths.length, PER_CLASS);
  });

  it('of one class has nothing between classes', async () => {
    const report = await compare({ paths: ['red'] });
    assert.deepEqual(
      [report.overlap, report.mostBetween, report.arrangements.class.groups],
      [undefined, [], undefined],
    );
    assert.equal(report.leastWithin.length > 0, true);
    assert.equal(report.table[0]!.nearest, undefined);
  });

  it('without labels lists the most similar pairs of all', async () => {
    const bare = temporaryFolder(context as never);
    for (let i = 0; i < 5; i++) write(bare, `${i}.png`, await shade(colours.red, i));
    await engine.indexFolder({ folder: bare }, job);
    const report = await engine.compareImages({ root: bare }, job);
    assert.deepEqual([report.classes, report.table, report.overlap], [[], [], undefined]);
    assert.ok(report.mostUnlabelled.length > 0);
    assert.deepEqual(
      report.mostUnlabelled.map((pair) => pair.similarity),
      report.mostUnlabelled.map((pair) => pair.similarity).toSorted((a, b) => b - a),
    );
  });

  it('needs no model of the encoder, which nothing is said of where words would name the clusters', async () => {
    const bare = temporaryFolder(context as never);
    for (const colour of [colours.red, colours.blue]) {
      for (let i = 0; i < 8; i++) write(bare, `${colour[0]}-${i}.png`, await shade(colour, i));
    }
    await engine.indexFolder({ folder: bare, encoder: 'handcrafted' }, job);
    const datasets = new Datasets(cacheFolder);
    const dataset = datasets.get(bare);
    const { store } = dataset;
    const { key, card } = currentEncoder(dataset)!;
    // One that was removed since.
    const removed = store.putEncoder('removed', { ...card, id: 'removed', text: {} as never });
    for (const { contentKey } of store.readEmbeddedImages(key)) {
      store.putVector(contentKey, removed, store.readVector(contentKey, key)!);
    }
    const labels = await readKnownLabels(dataset, store.readImagePaths());
    const loadText = () => Promise.reject(new Error('no words are read'));
    const options = { dataset, labels, threads: 1, registry: new EncoderRegistry(), loadText };
    const report = await compareImages({ root: bare, encoder: 'removed' }, options, job);
    datasets.dispose();
    assert.deepEqual([report.clusters, report.notices], [2, []]);
  });

  it('leaves out what is gone, and says so', async () => {
    const report = await compare({ paths: ['red/0.png', 'red/1.png', 'red/gone.png'] });
    assert.deepEqual([report.paths.length, report.missing], [2, 1]);
    assert.match(report.notices.at(-1)!.message, /1 image is left out/);
  });
});

describe('what can not be compared', () => {
  it('says what is wrong', async () => {
    const empty = temporaryFolder(context as never);
    await assert.rejects(engine.compareImages({ root: empty }, job), failure(ErrorCode.NotIndexed, /no index yet/));
    await assert.rejects(compare({ paths: ['nowhere'] }), failure(ErrorCode.TooFewImages, /not in the index/));
    await assert.rejects(compare({ paths: ['a', 'b'] }), failure(ErrorCode.TooFewImages, /None of the 2 files/));
    await assert.rejects(compare({ paths: [] }), failure(ErrorCode.TooFewImages, /No image of .+ is chosen/));
    await assert.rejects(compare({ filter: { classes: ['x'] } }), failure(ErrorCode.TooFewImages, /other classes/));
    await assert.rejects(compare({ paths: ['red/0.png'] }), failure(ErrorCode.TooFewImages, /red\/0\.png is the only/));
    await assert.rejects(
      compare({ paths: ['red/0.png', 'blue/copy.png'] }),
      failure(ErrorCode.ImagesIdentical, /All 2 images are the same/),
    );
    await assert.rejects(
      compare({ encoder: 'pixels' }),
      failure(ErrorCode.EncoderMismatch, /no vectors of the encoder/),
    );
    const stopped = { signal: AbortSignal.abort(), report: () => undefined };
    await assert.rejects(engine.compareImages({ root }, stopped), { code: ErrorCode.Cancelled });
  });
});

describe('more images than cells', () => {
  it('are shown as means over blocks, with the same figures', async () => {
    const datasets = new Datasets(cacheFolder);
    const dataset = datasets.get(root);
    const labels = await readKnownLabels(dataset, dataset.store.readImagePaths());
    const registry = new EncoderRegistry();
    const loadText = () => Promise.reject(new Error('no words are read'));
    const options = { dataset, labels, threads: 1, limits: { cells: 10, blocks: 7 }, registry, loadText };
    const report = await compareImages({ root }, options, job);
    datasets.dispose();
    const full = await compare();
    for (const grid of grids(report)) checkGrid(report, grid);
    for (const order of ['class', 'cluster', 'hierarchy'] as const) {
      const cells = report.arrangements[order].cells.starts.length - 1;
      assert.ok(cells > 3 && cells <= 10, `${order}: ${cells}`);
    }
    const { starts, bands, tree } = report.arrangements.hierarchy.cells;
    assert.equal(tree?.left.length, starts.length - 2);
    assert.ok(bands.every(({ start, end }) => start < end && end < starts.length));
    // No block lies across two classes.
    const byClass = report.arrangements.class.cells;
    assert.deepEqual(
      byClass.bands.map(({ start, end }) => byClass.starts[end]! - byClass.starts[start]!),
      [9, 8, 8],
    );
    assert.deepEqual([report.overlap, report.table], [full.overlap, full.table]);
    assert.deepEqual([report.mostBetween, report.leastWithin], [full.mostBetween, full.leastWithin]);
  });
});
