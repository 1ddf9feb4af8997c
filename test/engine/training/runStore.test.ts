import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import type { RunState } from '../../../src/protocol/training.ts';
import { makeFiles, temporaryFolder } from '../../temporaryFolder.ts';
import { asNobody, canBecomeNobody } from '../../unprivileged.ts';
import { newRun, tensors } from './runFixtures.ts';

const runsOf = (root: string) => join(root, '.likeness/runs');

suite('a new run', () => {
  test('is a folder with a record for people, in a dataset that git leaves alone', async (context) => {
    const root = join(temporaryFolder(context), 'Füchse 鹿');
    mkdirSync(root);
    const name = 'Füchse 🦊 "quoted"\nsecond line';
    const run = await new RunStore(root).create(newRun({ name }));
    assert.match(run.id, /^pretrain-\d{8}-\d{6}$/);
    assert.equal(run.folder, join(runsOf(root), run.id));
    assert.match(readFileSync(join(root, '.likeness/.gitignore'), 'utf8'), /^\/\*$/m);
    const text = readFileSync(join(run.folder, 'run.json'), 'utf8');
    const file = JSON.parse(text) as Record<string, unknown>;
    assert.equal(text, `${JSON.stringify(file, undefined, 2)}\n`);
    assert.deepEqual([file['version'], file['name'], file['state']], [1, name, 'running']);
    assert.match(String(file['startedAt']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(file['settings'], newRun().settings);
    await run.close();
    const [summary] = await new RunStore(root).list();
    assert.deepEqual([summary!.name, summary!.root, summary!.id], [name, root, run.id]);
  });

  test('of before there was a choice of engines was trained by ONNX Runtime', async (context) => {
    const root = temporaryFolder(context);
    const run = await new RunStore(root).create(newRun());
    await run.close();
    const record = join(run.folder, 'run.json');
    const file = JSON.parse(readFileSync(record, 'utf8')) as { settings: Record<string, unknown> };
    delete file.settings['engine'];
    writeFileSync(record, JSON.stringify(file));
    const [summary] = await new RunStore(root).list();
    assert.equal(summary!.settings.engine, 'onnxruntime');
    file.settings['engine'] = 'abacus';
    writeFileSync(record, JSON.stringify(file));
    assert.match((await new RunStore(root).list())[0]!.message!, /"settings.engine"/);
  });

  test('has an id of its own, also in the same second', async (context) => {
    const root = temporaryFolder(context);
    const runs = await Promise.all(Array.from({ length: 5 }, () => new RunStore(root).create(newRun())));
    assert.equal(new Set(runs.map(({ id }) => id)).size, 5);
    assert.deepEqual(
      (await new RunStore(root).list()).map(({ state }) => state),
      Array(5).fill('running'),
    );
    for (const run of runs) await run.close();
  });

  test('removes what killed processes left, and nothing that may still be in use', async (context) => {
    const root = temporaryFolder(context);
    makeFiles(runsOf(root), ['.deleted-1/checkpoint', '.new-old/run.json', '.new-young/run.json', '.mine/x']);
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(join(runsOf(root), '.new-old'), longAgo, longAgo);
    const store = new RunStore(root);
    assert.deepEqual(await store.list(), []);
    const run = await store.create(newRun());
    await run.close();
    assert.deepEqual(readdirSync(runsOf(root)).sort(), ['.mine', '.new-young', run.id]);
  });
});

suite('the list of runs', () => {
  test('is empty where nothing has been trained, and creates nothing', async (context) => {
    const root = temporaryFolder(context);
    assert.deepEqual(await new RunStore(root).list(), []);
    assert.deepEqual(readdirSync(root), []);
  });

  test('tells everything about a run that is over', async (context) => {
    const root = temporaryFolder(context);
    const store = new RunStore(root);
    makeFiles(root, ['.likeness/encoders/fox/encoder.onnx', '.likeness/encoders/fox/deep/card.json']);
    const before = Date.now();
    const run = await store.create(newRun());
    await run.saveCheckpoint(tensors(1), {});
    run.appendMetrics(50, 4, 12.5, { loss: 1.5 });
    const metrics = { loss: 1.5, knn: 0.75, broken: NaN };
    const endedAt = before + 5000;
    const computing = { provider: 'cpu', reason: "webgpu can't run it: no adapter" } as const;
    await run.update({
      state: 'finished',
      endedAt,
      seconds: 12.5,
      epoch: 5,
      step: 50,
      metrics,
      encoder: 'fox',
      computing,
    });
    await run.close();
    const [summary, ...others] = await store.list();
    assert.deepEqual(others, []);
    const { startedAt, bytes, ...rest } = summary!;
    assert.ok(startedAt >= before && startedAt <= Date.now());
    const files = ['run.json', 'metrics.jsonl', 'checkpoint.safetensors'].map((name) => join(run.folder, name));
    files.push(join(root, '.likeness/encoders/fox/encoder.onnx'), join(root, '.likeness/encoders/fox/deep/card.json'));
    assert.equal(
      bytes,
      files.reduce((sum, file) => sum + readFileSync(file).length, 0),
    );
    assert.deepEqual(rest, {
      id: run.id,
      name: 'a run',
      kind: 'pretrain',
      root,
      state: 'finished',
      settings: newRun().settings,
      endedAt,
      seconds: 12.5,
      epoch: 5,
      step: 50,
      stepsPerEpoch: 10,
      metrics: { loss: 1.5, knn: 0.75 },
      message: undefined,
      encoder: 'fox',
      computing,
      resumable: false,
    });
    assert.deepEqual(await store.summary(run.id), summary);
  });

  const cases: readonly [state: RunState, step: number, checkpoint: boolean, shown: RunState, resumable: boolean][] = [
    ['running', 7, true, 'interrupted', true],
    ['running', 0, false, 'interrupted', true],
    ['running', 7, false, 'interrupted', false],
    ['stopped', 7, true, 'stopped', true],
    ['stopped', 0, false, 'stopped', true],
    ['failed', 7, true, 'failed', true],
    ['failed', 0, false, 'failed', false],
    ['finished', 7, true, 'finished', false],
  ];
  for (const [state, step, checkpoint, shown, resumable] of cases) {
    const what = `${state} at step ${step} ${checkpoint ? 'with' : 'without'} a checkpoint`;
    test(`shows a run that was ${what} and has no process as ${shown}`, async (context) => {
      const store = new RunStore(temporaryFolder(context));
      const run = await store.create(newRun());
      if (checkpoint) await run.saveCheckpoint(tensors(step), {});
      await run.update({ state, step, message: 'why' });
      const [held] = await store.list();
      assert.deepEqual([held!.state, held!.resumable], [state, false]);
      await run.close();
      const [summary] = await store.list();
      assert.deepEqual([summary!.state, summary!.resumable, summary!.message], [shown, resumable, 'why']);
    });
  }

  test('has the newest first', async (context) => {
    const root = temporaryFolder(context);
    const store = new RunStore(root);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const run = await store.create(newRun());
      const file = join(run.folder, 'run.json');
      const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      record['startedAt'] = new Date(Date.UTC(2026, 0, [5, 9, 2][i])).toISOString();
      await run.close();
      writeFileSync(file, JSON.stringify(record));
      ids.push(run.id);
    }
    assert.deepEqual(
      (await store.list()).map(({ id }) => id),
      [ids[1], ids[0], ids[2]],
    );
  });

  test('shows runs whose record is broken, with the reason, so that they can be deleted', async (context) => {
    const root = temporaryFolder(context);
    const store = new RunStore(root);
    const good = await store.create(newRun());
    await good.saveCheckpoint(tensors(1), {});
    await good.close();
    const record = readFileSync(join(good.folder, 'run.json'), 'utf8');
    const broken: readonly [id: string, text: string | undefined, reason: RegExp][] = [
      ['torn', record.slice(0, 80), /run\.json can't be used: it is not JSON/],
      ['missing', undefined, /run\.json can't be used: it is missing/],
      ['newer', record.replace('"version": 1', '"version": 2'), /newer Likeness/],
      ['state', record.replace('"state": "running"', '"state": "flying"'), /"state" is not one of running,/],
      ['setting', record.replace('"size": 64', '"size": "64"'), /"settings\.size"/],
      ['loss', record.replace('"nt-xent"', '"mse"'), /"settings\.loss"/],
      [
        'computing',
        record.replace('"settings"', '"computing": { "provider": "abacus" }, "settings"'),
        /"provider" is not/,
      ],
      ['time', record.replace(/"startedAt": "[^"]*"/, '"startedAt": "soon"'), /"startedAt" is not a time/],
      ['list', '[]', /must hold an object/],
    ];
    for (const [id, text] of broken) {
      makeFiles(runsOf(root), [`${id}/checkpoint.safetensors`]);
      if (text !== undefined) writeFileSync(join(runsOf(root), id, 'run.json'), text);
    }
    const runs = new Map((await store.list()).map((run) => [run.id, run]));
    assert.equal(runs.size, broken.length + 1);
    assert.equal(runs.get(good.id)!.resumable, true);
    for (const [id, , reason] of broken) {
      const run = runs.get(id)!;
      assert.deepEqual([run.state, run.name, run.resumable], ['failed', id, false]);
      assert.match(run.message!, reason);
      assert.ok(run.bytes > 0);
      await assert.rejects(store.open(id), { code: ErrorCode.InvalidRun, message: reason });
      assert.ok((await store.delete(id, { encoder: true })) > 0);
    }
    assert.deepEqual(
      (await store.list()).map(({ id }) => id),
      [good.id],
    );
  });

  test('leaves out files, hidden folders and links', { skip: process.platform === 'win32' }, async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['.likeness/runs/note.txt', '.likeness/runs/.hidden/run.json', 'outside/run.json']);
    symlinkSync(join(root, 'outside'), join(runsOf(root), 'link'));
    assert.deepEqual(await new RunStore(root).list(), []);
    await assert.rejects(new RunStore(root).delete('link', { encoder: false }), { code: ErrorCode.RunNotFound });
    assert.ok(existsSync(join(root, 'outside/run.json')));
  });
});

suite('deleting a run', () => {
  test('frees what it and its encoder take, and leaves the others', async (context) => {
    const root = temporaryFolder(context);
    const store = new RunStore(root);
    makeFiles(root, ['.likeness/encoders/fox/encoder.onnx', '.likeness/encoders/owl/encoder.onnx']);
    const kept = await store.create(newRun());
    const alone = await store.create(newRun());
    const whole = await store.create(newRun());
    for (const run of [kept, alone, whole]) {
      await run.saveCheckpoint(tensors(1), {});
      await run.update({ encoder: run === whole ? 'fox' : 'owl', state: 'finished' });
      await run.close();
    }
    const sizes = new Map((await store.list()).map(({ id, bytes }) => [id, bytes]));
    const fox = readFileSync(join(root, '.likeness/encoders/fox/encoder.onnx')).length;
    assert.ok((await store.delete(alone.id, { encoder: false })) >= sizes.get(alone.id)! - fox);
    assert.ok((await store.delete(whole.id, { encoder: true })) >= sizes.get(whole.id)!);
    assert.deepEqual(
      (await store.list()).map(({ id }) => id),
      [kept.id],
    );
    assert.deepEqual(readdirSync(join(root, '.likeness/encoders')), ['owl']);
    assert.deepEqual(readdirSync(runsOf(root)).sort(), ['.lock', kept.id].sort());
  });

  test('is refused while a process works on it', async (context) => {
    const store = new RunStore(temporaryFolder(context));
    const run = await store.create(newRun());
    const busy = { code: ErrorCode.RunBusy, message: new RegExp(`process ${process.pid} on `) };
    await assert.rejects(store.delete(run.id, { encoder: true }), busy);
    await assert.rejects(store.open(run.id), busy);
    assert.ok(existsSync(join(run.folder, 'run.json')));
    await run.close();
    await store.delete(run.id, { encoder: true });
    assert.ok(!existsSync(run.folder));
  });

  test('never leaves the folder of runs, whatever the id', async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['.likeness/encoders/fox/encoder.onnx', 'image.png']);
    const store = new RunStore(root);
    const run = await store.create(newRun());
    await run.close();
    const ids = ['', '.', '..', '../encoders', `../runs/${run.id}`, `./${run.id}`, `${run.id}/`, run.folder, 'none'];
    ids.push('..\\encoders', `${run.id}\0`, '.lock');
    for (const id of ids) {
      const attempts = [() => store.delete(id, { encoder: true }), () => store.open(id), () => store.summary(id)];
      for (const attempt of attempts) await assert.rejects(attempt, { code: ErrorCode.RunNotFound }, id);
    }
    assert.ok(existsSync(join(root, '.likeness/encoders/fox/encoder.onnx')));
    assert.equal((await store.list()).length, 1);
  });

  test('takes no encoder from elsewhere that its record names', async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['.likeness/encoders/fox/encoder.onnx', 'images/a.png']);
    const store = new RunStore(root);
    for (const encoder of ['../../images', '.', '', 'none']) {
      const run = await store.create(newRun());
      await run.update({ encoder });
      await run.close();
      await store.delete(run.id, { encoder: true });
    }
    assert.ok(existsSync(join(root, '.likeness/encoders/fox/encoder.onnx')));
    assert.ok(existsSync(join(root, 'images/a.png')));
  });

  test('does not follow links in it', { skip: process.platform === 'win32' }, async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['outside/precious.txt']);
    const store = new RunStore(root);
    const run = await store.create(newRun());
    await run.close();
    symlinkSync(join(root, 'outside'), join(run.folder, 'link'));
    await store.delete(run.id, { encoder: false });
    assert.ok(existsSync(join(root, 'outside/precious.txt')));
  });
});

test(
  'runs of a folder that can not be written are listed, and nothing else',
  { skip: canBecomeNobody() },
  async (context) => {
    const base = temporaryFolder(context);
    for (const name of ['empty', 'trained']) mkdirSync(join(base, name));
    const run = await new RunStore(join(base, 'trained')).create(newRun());
    await run.close();
    rmSync(join(runsOf(join(base, 'trained')), '.lock'), { force: true });
    const module = JSON.stringify(new URL('../../../src/engine/training/runStore.ts', import.meta.url).href);
    const result = asNobody(
      base,
      `const { chmodSync } = await import('node:fs');
     const { RunStore } = await import(${module});
     const [base, id, newRun] = ${JSON.stringify([base, run.id, newRun()])};
     const folders = ['empty', 'trained', 'trained/.likeness', 'trained/.likeness/runs', 'trained/.likeness/runs/' + id]
       .map((folder) => base + '/' + folder);
     for (const folder of folders) chmodSync(folder, 0o555);
     const [empty, trained] = ['empty', 'trained'].map((name) => new RunStore(base + '/' + name));
     const outcome = (work) => work.then((value) => value.length ?? 'done', ({ code }) => code);
     const results = [];
     for (const work of [
       () => empty.list(), () => empty.create(newRun), () => trained.list(), () => trained.create(newRun),
       () => trained.open(id), () => trained.delete(id, { encoder: true }),
     ]) results.push(await outcome(work()));
     for (const folder of folders) chmodSync(folder, 0o755);
     output(results);`,
    );
    const refused = ErrorCode.ReadOnly;
    assert.deepEqual(result, [0, refused, 1, refused, refused, refused]);
  },
);
