import assert from 'node:assert/strict';
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { planRelabels } from '../../../../src/engine/labels/relabel/planRelabels.ts';
import { writeEdits } from '../../../../src/engine/labels/relabel/writeEdits.ts';
import { openStore } from '../../../../src/engine/store/openStore.ts';
import { readConfig } from '../../../../src/engine/store/config.ts';
import { labelRules } from '../../../../src/core/labels/labelRules.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { write } from '../../indexing/dataset.ts';
import { job } from '../../training/job.ts';
import { openEngine, pictures, yoloDataset } from '../labelFixtures.ts';

/** An engine that has indexed the folder and in which classes are decided. */
async function decided(context: TestContext, root: string, classes: Readonly<Record<string, string>>): Promise<Engine> {
  const engine = openEngine(context);
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  for (const [path, value] of Object.entries(classes)) {
    await engine.decisions.decide({ root, paths: [path], decision: { action: 'relabel', value } });
  }
  return engine;
}

const text = (root: string, file: string) => readFileSync(join(root, file), 'utf8');

describe('decided classes are written to a table', () => {
  const table = '\uFEFFid;"class"; note\r\n0;" red ";"a;b"\r\n1.png;blue ; x\r\n./2.png;\r\n0.png;"red"\r\n3.png;red';

  async function tableDataset(context: TestContext): Promise<string> {
    const root = await pictures(context, ['0.png', '1.png', '2.png', '3.png', '4.png'], {
      source: 'csv',
      file: 'labels.csv',
    });
    write(root, 'labels.csv', table);
    return root;
  }

  it('of several, none of which may have a row for an image', async (context) => {
    const root = await pictures(context, ['0.png', '1.png'], { source: 'csv', file: ['a.csv', 'b.csv'] });
    for (const file of ['a.csv', 'b.csv']) write(root, file, 'image,label\n0.png,red\n');
    const engine = await decided(context, root, { '1.png': 'red' });
    const { problems } = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['a.csv and b.csv have no row for it; add one'],
    );
  });

  it('after a preview that says where, and nothing else is changed', async (context) => {
    const root = await tableDataset(context);
    const engine = await decided(context, root, {
      '0.png': 'grün',
      '1.png': 'a;b',
      '2.png': 'new',
      '3.png': 'red',
      '4.png': 'red',
    });
    const preview = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual([preview.source, preview.files], ['csv', ['labels.csv']]);
    assert.deepEqual(preview.changes, [
      { path: '0.png', from: 'red', to: 'grün', where: { file: 'labels.csv', lines: [2, 5] } },
      { path: '1.png', from: 'blue', to: 'a;b', where: { file: 'labels.csv', lines: [3] } },
      { path: '2.png', from: undefined, to: 'new', where: { file: 'labels.csv', lines: [4] } },
    ]);
    assert.deepEqual(preview.problems, [
      { path: '4.png', from: undefined, to: 'red', reason: 'labels.csv has no row for it; add one' },
    ]);
    assert.equal(text(root, 'labels.csv'), table, 'a preview writes nothing');
    const applied = await engine.labelFiles.apply({ folder: root, preview: preview.id });
    assert.deepEqual(applied.changes, preview.changes);
    assert.equal(
      text(root, 'labels.csv'),
      '\uFEFFid;"class"; note\r\n0;" grün ";"a;b"\r\n1.png;"a;b"; x\r\n./2.png;new\r\n0.png;"grün"\r\n3.png;red',
    );
    const after = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual([after.changes, after.files, after.problems.length], [[], [], 1]);
    const summary = await engine.summary({ path: root });
    assert.equal(summary!.classes.find(({ name }) => name === 'grün')!.count, 1);
    assert.equal((await engine.decisions.list({ root })).length, 5, 'the decisions stay');
  });

  it('unless something has changed since the preview', async (context) => {
    const root = await tableDataset(context);
    const engine = await decided(context, root, { '0.png': 'green' });
    const { id } = await engine.labelFiles.preview({ folder: root });
    const changed = `${table}\r\n4.png;blue`;
    write(root, 'labels.csv', changed);
    await assert.rejects(engine.labelFiles.apply({ folder: root, preview: id }), {
      code: ErrorCode.ImagesChanged,
      message: /have changed since the preview; look at it again, nothing was written/,
    });
    assert.equal(text(root, 'labels.csv'), changed);
    // Somebody writes between the plan and the writing.
    const edits = [{ start: 0, end: 1, text: 'x' }];
    await assert.rejects(writeEdits({ file: join(root, 'labels.csv'), sha256: 'of another content', edits }), {
      code: ErrorCode.ImagesChanged,
      message: /labels\.csv was changed by somebody else/,
    });
    assert.equal(text(root, 'labels.csv'), changed);
  });

  it('behind a link, which stays one, and with the rights that it had', async (context) => {
    const root = await tableDataset(context);
    const elsewhere = join(temporaryFolder(context), 'real.csv');
    renameSync(join(root, 'labels.csv'), elsewhere);
    symlinkSync(elsewhere, join(root, 'labels.csv'));
    const engine = await decided(context, root, { '3.png': 'green' });
    const { mode } = lstatSync(elsewhere);
    await engine.labelFiles.apply({ folder: root });
    assert.ok(lstatSync(join(root, 'labels.csv')).isSymbolicLink());
    assert.match(readFileSync(elsewhere, 'utf8'), /3\.png;green$/);
    assert.equal(lstatSync(elsewhere).mode, mode);
  });

  it('that is not in UTF-8 only where that makes no difference', async (context) => {
    const root = await tableDataset(context);
    const latin = Buffer.from('path,class,note\n0.png,red,grün\n1.png,red,x\n', 'latin1');
    write(root, 'labels.csv', latin);
    const engine = await decided(context, root, { '0.png': 'blue', '1.png': 'grün' });
    const { problems } = await engine.labelFiles.apply({ folder: root });
    assert.match(problems[0]!.reason, /is not in UTF-8, in which its class would have to be written/);
    const after = readFileSync(join(root, 'labels.csv'));
    assert.deepEqual(after, Buffer.from('path,class,note\n0.png,blue,grün\n1.png,red,x\n', 'latin1'));
  });

  it('as a step that one undo takes back to the last byte', async (context) => {
    const root = await tableDataset(context);
    const engine = await decided(context, root, { '0.png': 'grün', '1.png': 'a;b' });
    const { step } = await engine.labelFiles.apply({ folder: root });
    assert.equal(step?.title, 'Write the classes of 2 images to labels.csv');
    const written = text(root, 'labels.csv');
    assert.notEqual(written, table);
    assert.deepEqual((await engine.decisions.history({ root })).undo, step);
    const classes = async () => (await engine.summary({ path: root }))!.classes.map(({ name }) => name);
    assert.deepEqual(await classes(), ['a;b', 'grün', 'red']);
    await engine.decisions.undo({ root, step });
    assert.equal(text(root, 'labels.csv'), table);
    await engine.decisions.redo({ root });
    assert.equal(text(root, 'labels.csv'), written);
    const nothing = await engine.labelFiles.apply({ folder: root });
    assert.deepEqual([nothing.changes, nothing.step], [[], undefined]);
  });

  it('not for an image that is gone, which is told', async (context) => {
    const root = await tableDataset(context);
    const engine = await decided(context, root, { '0.png': 'green' });
    write(
      root,
      '.likeness/decisions.jsonl',
      `${JSON.stringify({ path: 'gone.png', content: 'a'.repeat(64), action: 'relabel', value: 'x', at: '' })}\n`,
    );
    const { changes, problems } = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual([changes, problems.map(({ path }) => path)], [[], ['gone.png']]);
    assert.match(problems[0]!.reason, /no image of the dataset any more/);
  });
});

describe('decided classes are written to files of YOLO', () => {
  const description = '# ours\r\ntrain: images/train\r\nval: images/val\r\nnc: 2\r\nnames: [red, blue] # two\r\n';
  const classes = {
    'images/train/0.png': 'blue',
    'images/train/1.png': 'green',
    'images/train/3.png': 'red',
    'images/val/4.png': 'green',
    'images/val/5.png': 'red',
  };

  it('with new names first, and nothing else is changed', async (context) => {
    const root = await yoloDataset(context, description);
    write(root, 'labels/val/4.txt', ' 0 0.5 0.50 2e-1 0.2\r\n\r\n0\t0.5 0.5 .1 .1');
    const engine = await decided(context, root, classes);
    const { changes, problems, files } = await engine.labelFiles.apply({ folder: root });
    assert.deepEqual(files, ['data.yaml', 'labels/train/0.txt', 'labels/train/1.txt', 'labels/val/4.txt']);
    assert.deepEqual(
      changes.map(({ path, from, to, where }) => [path, from, to, where]),
      [
        ['images/train/0.png', 'red', 'blue', { file: 'labels/train/0.txt', lines: [1] }],
        ['images/train/1.png', 'blue', 'green', { file: 'labels/train/1.txt', lines: [1] }],
        ['images/val/4.png', 'red', 'green', { file: 'labels/val/4.txt', lines: [1, 3] }],
      ],
    );
    assert.deepEqual(
      problems.map(({ path, reason }) => [path, reason]),
      [
        [
          'images/train/3.png',
          'its 2 annotations in labels/train/3.txt are of several classes (blue, red), and nothing tells which ones are meant; change them where they were made',
        ],
        ['images/val/5.png', 'labels/val/5.txt has no annotation of it; annotate it first'],
      ],
    );
    assert.equal(text(root, 'data.yaml'), description.replace('nc: 2', 'nc: 3').replace('blue]', 'blue, green]'));
    assert.equal(text(root, 'labels/train/0.txt'), '1 0.5 0.5 0.2 0.2\n');
    assert.equal(text(root, 'labels/val/4.txt'), ' 2 0.5 0.50 2e-1 0.2\r\n\r\n2\t0.5 0.5 .1 .1');
    assert.equal(text(root, 'labels/train/3.txt'), '1 0.5 0.5 0.9 0.9\n0 0.5 0.5 0.1 0.1\n');
    const after = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual([after.changes, after.problems.length], [[], 2]);
    await engine.decisions.undo({ root });
    assert.equal(text(root, 'data.yaml'), description);
    assert.equal(text(root, 'labels/train/0.txt'), '0 0.5 0.5 0.2 0.2\n');
    assert.equal(text(root, 'labels/val/4.txt'), ' 0 0.5 0.50 2e-1 0.2\r\n\r\n0\t0.5 0.5 .1 .1');
  });

  it('however often it is stopped on the way', async (context) => {
    const root = await yoloDataset(context, description);
    const engine = await decided(context, root, classes);
    const config = readConfig(root);
    const store = openStore(root, { cacheFolder: temporaryFolder(context), mode: 'read' })!;
    const dataset = { root, store, config, rules: labelRules(config) };
    const ahead: string[] = [];
    // As if the process were killed behind every file: the next one begins anew.
    for (;;) {
      const { files } = await planRelabels(dataset);
      if (files.length === 0) break;
      await writeEdits(files[0]!);
      ahead.push(files[0]!.file.slice(root.length + 1));
      const { notices } = await planRelabels(dataset);
      assert.ok(!notices.some(({ message }) => message.includes("isn't listed")), 'every class has a name at any time');
    }
    store.close();
    assert.deepEqual(ahead, ['data.yaml', 'labels/train/0.txt', 'labels/train/1.txt', 'labels/val/4.txt']);
    assert.equal(text(root, 'labels/val/4.txt'), '2 0.5 0.5 0.2 0.2\n');
    assert.deepEqual((await engine.labelFiles.preview({ folder: root })).changes, []);
  });

  it('not with a number that other files use without a name', async (context) => {
    const root = await yoloDataset(context, description);
    write(root, 'labels/train/2.txt', '2 0.5 0.5 0.2 0.2\n');
    const engine = await decided(context, root, { 'images/train/0.png': 'green', 'images/train/1.png': 'red' });
    const { changes, problems } = await engine.labelFiles.apply({ folder: root });
    assert.deepEqual(
      changes.map(({ to }) => to),
      ['red'],
    );
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      [
        'its class would get the number 2 in data.yaml, which labels/train/2.txt uses for one that has no name there; name the class 2 in data.yaml first, or correct labels/train/2.txt',
      ],
    );
    assert.equal(text(root, 'data.yaml'), description);
    // Once all lines of that number are of the new class, it is the number of that.
    await engine.decisions.decide({
      root,
      paths: ['images/train/2.png'],
      decision: { action: 'relabel', value: 'green' },
    });
    assert.deepEqual((await engine.labelFiles.apply({ folder: root })).problems, []);
    assert.match(text(root, 'data.yaml'), /names: \[red, blue, green\]/);
    assert.equal(text(root, 'labels/train/2.txt'), '2 0.5 0.5 0.2 0.2\n');
  });

  it('not where names are written so that none can be added', async (context) => {
    const root = await yoloDataset(context, `x: &names [red, blue]\n${description.replace('[red, blue]', '*names')}`);
    const before = text(root, 'data.yaml');
    const engine = await decided(context, root, classes);
    const { changes, problems } = await engine.labelFiles.apply({ folder: root });
    assert.deepEqual(
      changes.map(({ to }) => to),
      ['blue'],
    );
    assert.match(problems[0]!.reason, /can't be added to the names in data\.yaml as those are written/);
    assert.equal(text(root, 'data.yaml'), before);
  });
});

describe('decided classes are folders', () => {
  it('to which the images move, and from which one undo brings them back', async (context) => {
    const paths = [
      'train/red/0.png',
      'train/red/1.png',
      'train/blue/1.png',
      'loose.png',
      'unlabelled/a/2.png',
      'x/3.png',
    ];
    const root = await pictures(context, paths, { source: 'folder' });
    const engine = await decided(context, root, {
      'train/red/0.png': 'green',
      'train/red/1.png': 'blue',
      'loose.png': 'blue',
      'unlabelled/a/2.png': 'blue',
      'x/3.png': 'unknown',
    });
    const preview = await engine.labelFiles.preview({ folder: root });
    assert.deepEqual(
      preview.changes.map(({ path, from, to, where }) => [path, from, to, where]),
      [
        ['loose.png', undefined, 'blue', { target: 'blue/loose.png' }],
        ['train/red/0.png', 'red', 'green', { target: 'train/green/0.png' }],
        ['unlabelled/a/2.png', undefined, 'blue', { target: 'blue/2.png' }],
      ],
    );
    assert.deepEqual(
      preview.problems.map(({ path, reason }) => [path, reason.slice(0, 30)]),
      [
        ['train/red/1.png', 'train/blue/1.png is there alrea'.slice(0, 30)],
        ['x/3.png', 'no folder can be called like i'],
      ],
    );
    const { step } = await engine.labelFiles.apply({ folder: root, preview: preview.id });
    for (const path of ['blue/loose.png', 'train/green/0.png', 'blue/2.png', 'train/red/1.png']) {
      assert.ok(existsSync(join(root, path)), path);
    }
    assert.ok(!existsSync(join(root, 'loose.png')));
    assert.deepEqual((await engine.labelFiles.preview({ folder: root })).changes, []);
    const summary = await engine.summary({ path: root });
    assert.deepEqual(
      summary!.classes.map(({ name, count }) => [name, count]),
      [
        ['blue', 4],
        ['green', 1],
        ['unknown', 1],
      ],
    );
    const report = await engine.indexFolder({ folder: root }, job());
    assert.deepEqual([report.embedded, report.images], [0, 6], 'nothing is embedded anew');
    const { undo } = await engine.decisions.history({ root });
    assert.match(undo!.title, /^Move 3 images to their classes$/);
    assert.deepEqual(step, undo);
    await engine.decisions.undo({ root, step: step! });
    for (const path of paths) assert.ok(existsSync(join(root, path)), path);
  });

  it('of which case alone may differ, where the disk tells them apart', async (context) => {
    const root = await pictures(context, ['dog/0.png', 'dog/1.png', 'cat/0.png'], { source: 'folder' });
    const engine = await decided(context, root, { 'dog/0.png': 'Dog', 'dog/1.png': 'Dog', 'cat/0.png': 'DOG' });
    // As a disk would have it that doesn't tell them apart.
    mkdirSync(join(root, 'Dog'));
    linkSync(join(root, 'dog/1.png'), join(root, 'Dog/1.png'));
    const { changes, problems } = await engine.labelFiles.apply({ folder: root });
    assert.deepEqual(
      changes.map(({ where }) => where),
      [{ target: 'Dog/0.png' }],
    );
    assert.deepEqual(
      problems.map(({ path, reason }) => [path, reason]),
      [
        ['cat/0.png', 'DOG/0.png is there already, and is never replaced; rename one of the two'],
        ['dog/1.png', 'dog/1.png and Dog/1.png are the same file on this disk; rename the folder itself'],
      ],
    );
    assert.ok(existsSync(join(root, 'Dog/0.png')) && !existsSync(join(root, 'dog/0.png')));
  });
});
