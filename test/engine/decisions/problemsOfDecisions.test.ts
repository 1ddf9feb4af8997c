import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatDecision, parseDecisions } from '../../../src/core/decisions/decisions.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Datasets } from '../../../src/engine/dataset.ts';
import { decisionsByPath, tagsOf } from '../../../src/engine/decisions/decidedOf.ts';
import { readDecisions } from '../../../src/engine/decisions/decisionFile.ts';
import { readPairDecisions } from '../../../src/engine/training/pairDecisions.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { listTrainingImages } from '../../../src/engine/training/trainingImages.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

describe('what is wrong with the decisions of a dataset', () => {
  it('is told when it is indexed or checked: gone, changed, contradictory and senseless lines', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 6; i++) write(root, `c/${i}.png`, await shade([40 * i, 60, 40], i));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await index();
    const decide = (path: string) => engine.decisions.decide({ root, paths: [path], decision: { action: 'exclude' } });
    for (const path of ['c/0.png', 'c/1.png', 'c/2.png', 'c/3.png']) await decide(path);
    await engine.decisions.take({
      root,
      decisions: [{ paths: ['c/4.png'], decision: { action: 'quarantine' } }],
    });
    assert.deepEqual([(await index()).notices, await engine.decisions.problems({ root })], [[], []]);
    rmSync(join(root, 'c/0.png'));
    write(root, 'c/1.png', await shade([200, 200, 10], 9));
    renameSync(join(root, 'c/2.png'), join(root, 'c/renamed.png'));
    const line = (path: string) => formatDecision({ path, content: '', action: 'keep', at: '2026' });
    const file = join(root, '.likeness/decisions.jsonl');
    appendFileSync(file, `<<<<<<< ours\n${line('../x.png')}\n${line('c/5.png')}\n${line('c/5.png')}\n`);
    const { notices } = await index();
    const problems = await engine.decisions.problems({ root });
    assert.deepEqual(
      problems.map(({ kind, line: number }) => [kind, number]),
      [
        ['gone', 1],
        ['changed', 2],
        ['conflict', 6],
        ['outside', 7],
        ['duplicate', 9],
      ],
    );
    assert.deepEqual([...new Set(notices.map(({ code }) => code))], [ErrorCode.InvalidDecisions]);
    assert.equal(notices.length, 5);
    assert.match(notices[0]!.message, /decisions\.jsonl, line 1: c\/0\.png is gone/);
    const check = await engine.check({ folder: root, encoder: 'pixels' }, job());
    assert.deepEqual(check.notices, notices);
    appendFileSync(file, 'nonsense\nmore\n');
    const more = (await index()).notices;
    assert.deepEqual([more.length, /has 2 more problems/.test(more[5]!.message)], [6, true]);
  });

  it('is told of an exclusion whose image was removed, which takes its copy out of nothing', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 3; i++) write(root, `${i}.png`, await shade([40 * i, 60, 40], i));
    copyFileSync(join(root, '0.png'), join(root, 'copy.png'));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await index();
    copyFileSync(join(root, '1.png'), join(root, 'new copy.png'));
    const decision = { action: 'exclude' } as const;
    await engine.decisions.decide({ root, paths: ['0.png', 'new copy.png', '2.png'], decision });
    const lines = parseDecisions(readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8'));
    assert.deepEqual(
      lines.map(({ path, copies }) => [path, copies]),
      [
        ['0.png', 2],
        ['2.png', undefined],
        ['new copy.png', 2],
      ],
    );
    rmSync(join(root, '0.png'));
    renameSync(join(root, '2.png'), join(root, 'renamed.png'));
    const { notices } = await index();
    assert.deepEqual(
      notices.map(({ message }) => message.slice(message.indexOf('line'))),
      [
        'line 1: 0.png is gone, and nobody knows which of the images with its bytes it was renamed to, if any, so that none of these is excluded; exclude the one that is meant, or remove this line.',
      ],
    );
    const { paths } = await engine.curation.select({ folder: root, count: 2 }, job());
    assert.deepEqual(paths.toSorted(), ['1.png', 'copy.png'], 'the renamed one stays excluded');
  });

  it('holds for no other picture at its path, which every report says, until it is decided again', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 4; i++) write(root, `cold/${i}.png`, await shade([40 * i, 60, 40], i));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await index();
    await engine.decisions.decide({ root, paths: ['cold/0.png'], decision: { action: 'exclude' } });
    await engine.decisions.decide({ root, paths: ['cold/1.png'], decision: { action: 'relabel', value: 'warm' } });
    const exported = async () => {
      const file = join(temporaryFolder(context), 'table.jsonl');
      const { notices } = await engine.exchange.export({ folder: root, format: 'jsonl', out: file }, job());
      const rows = readFileSync(file, 'utf8').trim().split('\n');
      const images = rows.map((row) => JSON.parse(row) as { path: string; label: string });
      return { labels: images.map(({ path, label }) => `${path} ${label}`), told: notices.map(({ code }) => code) };
    };
    const decided = ['cold/1.png warm', 'cold/2.png cold', 'cold/3.png cold'];
    assert.deepEqual(await exported(), { labels: decided, told: [] });

    for (let i = 0; i < 2; i++) write(root, `cold/${i}.png`, await shade([200, 90, 40 * i], 10 + i));
    await index();
    const bad = [ErrorCode.InvalidDecisions, ErrorCode.InvalidDecisions];
    const plain = ['cold/0.png cold', 'cold/1.png cold', 'cold/2.png cold', 'cold/3.png cold'];
    assert.deepEqual(await exported(), { labels: plain, told: bad });
    const { paths, notices } = await engine.curation.select({ folder: root, count: 4 }, job());
    assert.deepEqual([paths.length, notices.map(({ code }) => code)], [4, bad]);
    const preview = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual(
      [preview.changes, preview.problems.map(({ path, reason }) => `${path}: ${reason.split(';')[0]}`)],
      [[], ['cold/1.png: it has changed since its class was decided']],
    );

    const { renewed } = await engine.decisions.tidy(root, { write: true, renew: true });
    assert.equal(renewed, 2);
    assert.deepEqual(await exported(), { labels: decided, told: [] });
  });

  it('holds at once for a file that has changed since it was indexed', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 3; i++) write(root, `${i}.png`, await shade([40 * i, 60, 40], i));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const exported = async () => {
      const file = join(temporaryFolder(context), 'table.jsonl');
      await engine.exchange.export({ folder: root, format: 'jsonl', out: file }, job());
      const rows = readFileSync(file, 'utf8').trim().split('\n');
      return rows.map((row) => (JSON.parse(row) as { path: string }).path);
    };
    await index();
    write(root, '0.png', await shade([200, 90, 40], 7));
    await engine.decisions.decide({ root, paths: ['0.png'], decision: { action: 'exclude' } });
    const lines = readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
    assert.deepEqual(await exported(), ['1.png', '2.png']);
    assert.deepEqual(await engine.decisions.problems({ root }), []);
    assert.equal((await engine.decisions.tidy(root, { write: true, renew: true })).renewed, 0);
    assert.equal(readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8'), lines);
    await index();
    assert.deepEqual(await exported(), ['1.png', '2.png']);
  });

  it('about two images holds for both of them, and both are decided anew at once', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 3; i++) write(root, `${i}.png`, await shade([40 * i, 60, 40], i));
    const cacheFolder = temporaryFolder(context);
    const engine = new Engine({ ...engineOptions(), cacheFolder });
    context.after(() => engine.dispose());
    const datasets = new Datasets(cacheFolder);
    context.after(() => {
      datasets.dispose();
    });
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await index();
    await engine.decisions.pair({ root, paths: ['0.png', '1.png'], action: 'different' });
    const counted = async () => {
      const { store } = datasets.get(root);
      const pairs = await readPairDecisions(root, ['0.png', '1.png', '2.png'], store);
      return [pairs.length, (await engine.review.decisions({ root })).length];
    };
    assert.deepEqual(await counted(), [1, 1]);
    for (let i = 0; i < 2; i++) write(root, `${i}.png`, await shade([200, 90, 40 * i], 10 + i));
    await index();
    assert.deepEqual(await counted(), [0, 0]);
    assert.equal((await engine.decisions.tidy(root, { write: true, renew: true })).renewed, 1);
    assert.deepEqual([await engine.decisions.problems({ root }), await counted()], [[], [1, 1]]);
  });

  it('that tags an image can be taken back after it was renamed', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 2; i++) write(root, `${i}.png`, await shade([40 * i, 60, 40], i));
    const cacheFolder = temporaryFolder(context);
    const engine = new Engine({ ...engineOptions(), cacheFolder });
    context.after(() => engine.dispose());
    const datasets = new Datasets(cacheFolder);
    context.after(() => {
      datasets.dispose();
    });
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const tag = (path: string, undo = false) =>
      engine.decisions.decide({ root, paths: [path], decision: { action: 'tag', value: 'odd' }, undo });
    const tagged = async () => {
      const { store } = datasets.get(root);
      const decided = decisionsByPath(await readDecisions(root), store, ['1.png', 'again.png', 'renamed.png']);
      return [...decided].flatMap(([path, decisions]) => (tagsOf(decisions).includes('odd') ? [path] : []));
    };
    await tag('0.png');
    renameSync(join(root, '0.png'), join(root, 'renamed.png'));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    assert.deepEqual(await tagged(), ['renamed.png']);
    assert.deepEqual((await tag('renamed.png', true)).changed, ['renamed.png']);
    assert.deepEqual(await tagged(), []);
    // The bytes take that along when they are renamed once more, whatever comes first by name.
    renameSync(join(root, 'renamed.png'), join(root, 'again.png'));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    assert.deepEqual(await tagged(), []);
    renameSync(join(root, 'again.png'), join(root, 'renamed.png'));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    // One that never had it needs no line.
    assert.deepEqual((await tag('1.png', true)).changed, []);
    await tag('renamed.png');
    assert.deepEqual(await tagged(), ['renamed.png']);
  });

  it('stops no index where it can not even be read', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'c/0.png', await shade([40, 60, 40], 1));
    write(root, '.likeness/decisions.jsonl/folder', '');
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const { images, notices } = await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    assert.deepEqual([images, notices.map(({ code }) => code)], [1, [ErrorCode.UnreadableFile]]);
  });

  it('goes away where it is put in order, with all that makes sense', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a.png', 'a');
    const line = (path: string, at: string) => formatDecision({ path, content: '', action: 'exclude', at });
    const text = `<<<<<<< a\n${line('b.png', '1')}\n=======\n${line('b.png', '2')}\n${line('a.png', '3')}\n>>>>>>> b\nwhat\n`;
    write(root, '.likeness/decisions.jsonl', text);
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const read = () => readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
    const preview = await engine.decisions.tidy(root, { write: false });
    assert.deepEqual([read(), preview.isTidy, preview.markers, preview.duplicates], [text, false, 3, 1]);
    await engine.decisions.tidy(root, { write: true });
    assert.equal(read(), preview.text);
    assert.equal(read(), `${line('a.png', '3')}\n${line('b.png', '2')}\nwhat\n`);
    assert.equal((await engine.decisions.tidy(root, { write: true })).isTidy, true);
  });
});

describe('of two copies, the one that is kept', () => {
  it('is trained on, checked, labelled, selected and exported, while the other one is not', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 8; i++) {
      const colour = i % 2 === 0 ? ([210, 60, 40] as const) : ([40, 70, 210] as const);
      write(root, `${i % 2 === 0 ? 'warm' : 'cold'}/${i}.png`, await shade(colour, i));
    }
    copyFileSync(join(root, 'warm/0.png'), join(root, 'warm/copy.png'));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const [kept, excluded] = ['warm/0.png', 'warm/copy.png'];
    const decisions = [
      { paths: [kept], decision: { action: 'keep' } },
      { paths: [excluded], decision: { action: 'exclude' } },
    ] as const;
    await engine.decisions.take({ root, title: 'Keep one', decisions, finding: 'f' });
    const signal = new AbortController().signal;
    const trained = (await listTrainingImages(root, undefined, signal)).map(({ path }) => path);
    const out = join(temporaryFolder(context), 'out.csv');
    await engine.exchange.export({ folder: root, format: 'csv', out }, job());
    const exported = readFileSync(out, 'utf8');
    const selected = await engine.curation.select({ folder: root, count: 8 }, job());
    assert.deepEqual([trained.includes(kept), trained.includes(excluded)], [true, false]);
    assert.deepEqual([exported.includes(kept), exported.includes(excluded)], [true, false]);
    assert.deepEqual([selected.paths.includes(kept), selected.paths.includes(excluded)], [true, false]);
    const check = await engine.check({ folder: root, encoder: 'pixels' }, job());
    assert.equal(check.images, 8);
    assert.ok(!check.findings.some(({ kind }) => kind === 'exact-duplicate'));
    assert.equal((await engine.evaluate({ folder: root, encoders: ['pixels'] }, job())).protocol.images, 8);
  });
});

describe('moving images to other folders', () => {
  it('takes their decisions along, and is undone as a whole', async (context) => {
    const root = temporaryFolder(context);
    for (const path of ['cats/a.png', 'cats/b.png', 'dogs/c.png', 'cats/a.txt']) write(root, path, path);
    write(root, '.likeness/config.json', '{}');
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const { decisions } = engine;
    await decisions.decide({ root, paths: ['cats/a.png'], decision: { action: 'relabel', value: 'dogs' } });
    await decisions.decide({ root, paths: ['cats/a.png'], decision: { action: 'tag', value: 'x' } });
    await decisions.pair({ root, paths: ['cats/a.png', 'cats/b.png'], action: 'same' });
    const text = () => readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
    const before = text();
    const taken = [{ from: 'cats/a.png', to: 'dogs/c.png' }];
    await assert.rejects(decisions.move(root, { title: 'Move', moves: taken }), { code: ErrorCode.FileExists });
    assert.equal(text(), before);
    const moves = [{ from: 'cats/a.png', to: 'dogs/a.png' }];
    const { changed, notices } = await decisions.move(root, { title: 'Move 1 image', moves });
    assert.deepEqual(changed, ['cats/a.png', 'cats/b.png', 'dogs/a.png']);
    assert.match(notices![0]!.message, /^The label file cats\/a\.txt /);
    assert.deepEqual(
      parseDecisions(text()).map(({ path, action, with: partner }) => [path, action, partner?.path]),
      [
        ['cats/b.png', 'same', 'dogs/a.png'],
        ['dogs/a.png', 'relabel', undefined],
        ['dogs/a.png', 'tag', undefined],
      ],
    );
    assert.ok(existsSync(join(root, 'dogs/a.png')) && !existsSync(join(root, 'cats/a.png')));
    await decisions.undo({ root });
    assert.equal(text(), before);
    assert.ok(existsSync(join(root, 'cats/a.png')) && !existsSync(join(root, 'dogs/a.png')));
  });
});
