import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { listed, openEngine, pictures, yoloDataset } from './labelFixtures.ts';

describe('a table of splits', () => {
  it('that are wrong are told in a sentence with the file', async (context) => {
    const root = await pictures(context, ['0.png', '1.png'], { source: 'folder' });
    write(root, '.likeness/config.json', '{"splits":{"file":"splits.csv"}}');
    const rejects = async (text: string, code: ErrorCode, message: RegExp) => {
      write(root, 'splits.csv', text);
      await assert.rejects(listed(root), { code, message });
    };
    await assert.rejects(listed(root), { code: ErrorCode.FileNotFound });
    const invalid = ErrorCode.InvalidLabels;
    await rejects('', invalid, /splits\.csv can't be used for splits: it is empty; correct it/);
    await rejects(
      'path,class\n0.png,a\n',
      invalid,
      /it has no column called split or subset \(its columns are path, class\)/,
    );
    await rejects('split\ntest\n', invalid, /it has a single column, and images and splits need one each/);
    await rejects('path,split\n0.png,"a\n', invalid, /the quote that begins in line 2 is never closed/);
    await rejects(
      'path,split\nx.png,a\n',
      ErrorCode.LabelsUnmatched,
      /None of the 1 rows of .*splits\.csv names an image/,
    );
    await rejects(
      'path,split\n0.png,a\n0.png,b\n',
      invalid,
      /gives 0\.png two splits, "a" in line 2 and "b" in line 3/,
    );
    write(root, 'splits.csv', 'path,split\n0.png,a\nx.png,b\n');
    assert.match((await listed(root)).notices[0]!, /^1 row of ROOT\/splits\.csv names no image of the dataset/);
  });
});

describe('what contradicts itself', () => {
  it('costs no more than what it says, where labels are no must, and is a fault that is told', async (context) => {
    const paths = ['0.png', '1.png', '2.png', '3.png'];
    const root = await pictures(context, paths, { source: 'csv', file: 'labels.csv' });
    const rows = ['0.png,a,train', '1.png,b,train', '2.png,b,test', '1.png,c,train', '2.png,b,val', '0.png,z,'];
    write(root, 'labels.csv', `path,class,split\n${rows.join('\n')}\n`);
    const engine = openEngine(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const { classes, splits, notices } = (await engine.summary({ path: root }))!;
    assert.deepEqual(classes, [{ name: 'b', count: 1 }]);
    assert.deepEqual(splits, [{ name: 'train', count: 2 }]);
    const sentence =
      /^.*labels\.csv gives 1\.png two labels, "b" in line 3 and "c" in line 5, and contradicts itself about 2 more, so that neither counts; correct it\.$/;
    assert.match(notices[0]!.message, sentence);
    assert.equal(notices.length, 1, 'and of no row that it says the same as another');
    const check = await engine.check({ folder: root }, job());
    assert.match(check.faults![0]!.message, sentence);
    const ofPixels = await engine.check({ folder: root, only: ['dark', 'near-duplicate'] }, job());
    assert.equal(ofPixels.faults, undefined, 'labels have no part in these');
    await assert.rejects(listed(root), { code: ErrorCode.InvalidLabels }, 'who learns from labels needs them');

    const file = ['one.csv', 'two.csv'];
    write(root, '.likeness/config.json', JSON.stringify({ labels: { source: 'csv', file } }));
    write(root, 'one.csv', 'path,class\n0.png,a\n1.png,b\n2.png,b\n');
    write(root, 'two.csv', 'path,class\n0.png,b\n2.png,c\n3.png,c\n');
    const both = (await engine.summary({ path: root }))!;
    assert.deepEqual(
      both.classes.map(({ name, count }) => `${name} ${count}`),
      ['b 1', 'c 1'],
    );
    assert.match(
      both.notices[0]!.message,
      /two\.csv gives 0\.png the label "b", and .*one\.csv gives it "a"; they contradict each other about 1 more, so that neither counts/,
    );

    write(root, 'one.csv', 'path,class,split\n0.png,a,test\n0.png,b,val\n1.png,b,\n');
    write(root, 'two.csv', 'path,class,split\n0.png,b,val\n1.png,b,\n');
    const torn = (await engine.summary({ path: root }))!;
    assert.deepEqual([torn.classes, torn.splits], [[{ name: 'b', count: 1 }], []], 'of 0.png the second says nothing');
  });
});

describe('a file that is not in UTF-8', () => {
  const latin = (text: string) => Buffer.from(text, 'latin1');

  it('is refused where two of its names could become one', async (context) => {
    const root = await pictures(context, ['0.png', '1.png'], { source: 'csv', file: 'labels.csv' });
    write(root, 'labels.csv', latin('path,class\n0.png,dög\n1.png,däg\n'));
    await assert.rejects(listed(root), {
      code: ErrorCode.InvalidLabels,
      message:
        /labels\.csv can't be used for labels: its line 2 is in another encoding than UTF-8, in which it has to be saved; correct it\.$/,
    });
    write(root, 'labels.csv', latin('path,class,größe\n0.png,dog,ä\n'));
    assert.deepEqual((await listed(root)).images[0], ['0.png', 'dog', undefined], 'what is not read may be anything');
    write(root, 'splits.csv', latin('path,split\n0.png,früh\n'));
    write(root, '.likeness/config.json', '{"splits":{"file":"splits.csv"}}');
    await assert.rejects(listed(root), { message: /splits\.csv can't be used for splits: its line 2 is in another/ });
  });

  it('is refused as a data.yaml with such names', async (context) => {
    const root = await yoloDataset(context, '');
    write(root, 'data.yaml', latin('# für uns\ntrain: images/train\nnames: [cat, dog]\n'));
    assert.equal((await listed(root)).images.length, 6);
    write(root, 'data.yaml', latin('train: images/train\nnames: [dög, däg]\n'));
    await assert.rejects(listed(root), { message: /data\.yaml can't be used for labels: it is in another encoding/ });
  });
});

describe('a file outside of the dataset', () => {
  it('is neither read nor written, but one behind a link is', async (context) => {
    const root = await pictures(context, ['0.png', '1.png'], { source: 'csv', file: '../labels.csv' });
    const elsewhere = temporaryFolder(context);
    const table = 'path,class,split\n0.png,a,test\n';
    write(elsewhere, 'labels.csv', table);
    const config = (value: unknown) => {
      write(root, '.likeness/config.json', JSON.stringify(value));
    };
    const outside = relative(root, join(elsewhere, 'labels.csv'));
    const engine = openEngine(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await engine.decisions.decide({ root, paths: ['0.png'], decision: { action: 'relabel', value: 'b' } });
    for (const [key, value] of [
      ['labels.file', { labels: { source: 'csv', file: ['own.csv', outside] } }],
      ['labels.file', { labels: { source: 'csv', file: join(elsewhere, 'labels.csv') } }],
      ['splits.file', { splits: { file: outside } }],
    ] as const) {
      config(value);
      const refused = {
        code: ErrorCode.PathOutsideRoot,
        message: new RegExp(
          `^"${key}" in \\.likeness/config\\.json names .*labels\\.csv, which lies outside of the dataset`,
        ),
      };
      await assert.rejects(listed(root), refused);
      await assert.rejects(engine.labelFiles.apply({ folder: root }), refused);
      const { faults } = await engine.check({ folder: root, only: ['leak'] }, job());
      assert.equal(faults?.[0]?.code, ErrorCode.PathOutsideRoot);
    }
    assert.equal(readFileSync(join(elsewhere, 'labels.csv'), 'utf8'), table);
    symlinkSync(join(elsewhere, 'labels.csv'), join(root, 'link.csv'));
    config({ labels: { source: 'csv', file: 'link.csv' } });
    assert.deepEqual((await listed(root)).images[0], ['0.png', 'b', 'test']);
  });
});
