import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { listImageDecisions } from '../../../src/engine/decisions/imageDecisions.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { listTrainingImages } from '../../../src/engine/training/trainingImages.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { shade } from '../labels/shades.ts';
import { decideImages } from './stepContext.ts';

const NOW = Date.UTC(2026, 0, 2);
const signal = new AbortController().signal;

describe('deciding of images', () => {
  it('writes all of it or nothing, and says what has changed', async (context) => {
    const root = temporaryFolder(context);
    for (const path of ['a.png', 'b/c.png']) write(root, path, path);
    const file = join(root, '.likeness/decisions.jsonl');
    const tag = { action: 'tag', value: ' good one ' } as const;
    const gone = decideImages(root, { paths: ['a.png', 'gone.png'], decision: tag }, NOW);
    await assert.rejects(gone, { code: ErrorCode.FileNotFound });
    assert.ok(!existsSync(file));
    const paths = ['b/c.png', 'a.png', 'b/c.png'];
    assert.deepEqual(await decideImages(root, { paths, decision: tag }, NOW), ['a.png', 'b/c.png']);
    assert.deepEqual(await decideImages(root, { paths, decision: tag }, NOW + 1), []);
    const at = '2026-01-02T00:00:00.000Z';
    const decision = { action: 'tag', value: 'good one' };
    assert.deepEqual(await listImageDecisions(root), [
      { path: 'a.png', decision, at },
      { path: 'b/c.png', decision, at },
    ]);
    assert.deepEqual(await decideImages(root, { paths: ['a.png', 'gone.png'], decision: tag, undo: true }, NOW), [
      'a.png',
    ]);
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 2);
  });

  it('leaves out what is gone where that is wanted, with what is nothing without it, and tells that', async (context) => {
    const root = temporaryFolder(context);
    for (const path of ['a.png', 'b.png', 'c.png']) write(root, path, path);
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const { decisions } = engine;
    const exclude = { paths: ['a.png', 'gone.png'], decision: { action: 'exclude' } } as const;
    const { changed, leftOut } = await decisions.take({ root, decisions: [exclude], leavesOut: [] });
    assert.deepEqual([changed, leftOut?.map(({ path }) => path)], [['a.png'], ['gone.png']]);
    assert.match(leftOut![0]!.message, /gone\.png doesn't exist/);
    const keepBest = [
      { paths: ['gone.png', 'c.png'], decision: { action: 'keep' } },
      { paths: ['b.png', 'a.png'], decision: { action: 'exclude' } },
    ] as const;
    const together = [
      ['gone.png', 'b.png'],
      ['c.png', 'a.png'],
    ];
    await decisions.undo({ root });
    assert.deepEqual((await decisions.take({ root, decisions: keepBest, leavesOut: together })).changed, [
      'a.png',
      'c.png',
    ]);
    await decisions.undo({ root });
    const rest = [{ paths: ['a.png', 'b.png'], decision: { action: 'exclude' } }] as const;
    const unnamed = await decisions.take({ root, decisions: rest, leavesOut: together });
    assert.deepEqual([unnamed.changed, unnamed.leftOut?.map(({ path }) => path)], [['a.png'], ['gone.png']]);
    const all = { root, decisions: [{ ...exclude, paths: ['gone.png'] }], leavesOut: [] };
    await assert.rejects(decisions.take(all), { code: ErrorCode.FileNotFound });
    const ignored = { paths: ['gone.png'], decision: { action: 'ignore', finding: 'f' } } as const;
    assert.deepEqual((await decisions.take({ root, decisions: [ignored] })).changed, ['gone.png'], 'it needs no file');
  });

  it('refuses empty names, no images, and paths that lead elsewhere', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a.png', 'a');
    const decide = (paths: readonly string[], value: string) =>
      decideImages(root, { paths, decision: { action: 'relabel', value } }, NOW);
    await assert.rejects(decide(['a.png'], '  '), { code: ErrorCode.Usage });
    await assert.rejects(decide([], 'cat'), { code: ErrorCode.Usage });
    await assert.rejects(decide(['../a.png'], 'cat'), { code: ErrorCode.PathOutsideRoot });
  });
});

describe('a finding that is no issue', () => {
  it('is in no later check, until that is taken back; also one about the whole dataset', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 4; i++) write(root, `${i < 3 ? 'warm' : 'cold'}/${i}.png`, await shade([60 * i, 60, 40], i));
    copyFileSync(join(root, 'warm/0.png'), join(root, 'warm/copy.png'));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const check = async () => {
      const { findings, accepted } = await engine.check({ folder: root, encoder: 'pixels' }, job());
      return { findings, accepted };
    };
    const before = await check();
    const copies = before.findings.find(({ kind }) => kind === 'exact-duplicate')!;
    const rare = before.findings.find(({ kind, path }) => kind === 'small-class' && path === '')!;
    await assert.rejects(engine.decisions.ignore(root, [copies.id, 'nonsense'], false), { code: ErrorCode.Usage });
    assert.equal((await check()).accepted, 0, 'all or nothing');
    assert.deepEqual(await engine.decisions.ignore(root, [copies.id], false), [copies.id]);
    const decision = { action: 'ignore', finding: rare.id } as const;
    assert.deepEqual((await engine.decisions.decide({ root, paths: [''], decision })).changed, ['']);
    const after = await check();
    assert.deepEqual(
      after.findings.map(({ id }) => id),
      before.findings.map(({ id }) => id).filter((id) => id !== copies.id && id !== rare.id),
    );
    assert.equal(after.accepted, 2);
    assert.deepEqual(
      (await engine.decisions.list({ root })).map(({ path, decision: listed }) => [path, listed]),
      [
        ['', decision],
        [copies.path, { action: 'ignore', finding: copies.id }],
      ],
    );
    assert.deepEqual(await engine.decisions.ignore(root, [copies.id], false), [], 'said before');
    assert.deepEqual(await engine.decisions.ignore(root, [copies.id, rare.id], true), [copies.id, rare.id]);
    assert.deepEqual((await check()).findings, before.findings);
  });

  it('needs its id', async (context) => {
    const decision = { action: 'ignore', finding: '' } as const;
    const nameless = decideImages(temporaryFolder(context), { paths: [''], decision }, NOW);
    await assert.rejects(nameless, { code: ErrorCode.Usage });
  });
});

describe('an excluded image', () => {
  it('is left out of what is trained on, measured with and labelled, and its copy is not', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 8; i++) {
      write(
        root,
        `${i % 2 === 0 ? 'warm' : 'cold'}/${i}.png`,
        await shade(i % 2 === 0 ? [210, 60, 40] : [40, 70, 210], i),
      );
    }
    copyFileSync(join(root, 'warm/0.png'), join(root, 'warm/copy.png'));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const { changed } = await engine.decisions.decide({ root, paths: ['warm/0.png'], decision: { action: 'exclude' } });
    assert.deepEqual(changed, ['warm/0.png']);
    const trained = (await listTrainingImages(root, undefined, signal)).map(({ path }) => path);
    assert.ok(!trained.includes('warm/0.png') && trained.includes('warm/2.png'));
    const { protocol } = await engine.evaluate({ folder: root, encoders: ['pixels'] }, job());
    assert.equal(protocol.images, 8, 'all but the image');
    await engine.decisions.decide({ root, paths: ['warm/0.png'], decision: { action: 'exclude' }, undo: true });
    assert.equal((await engine.evaluate({ folder: root, encoders: ['pixels'] }, job())).protocol.images, 9);
  });
});
