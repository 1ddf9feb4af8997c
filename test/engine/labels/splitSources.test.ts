import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSplits, type AssignedSplit } from '../../../src/core/curation/splitting/splitPatterns.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { write } from '../indexing/dataset.ts';
import { listed, openEngine, pictures } from './labelFixtures.ts';
import { assertSeenByAll } from './seenByAll.ts';

describe('splits from a table', () => {
  it('count more than folders and less than the configuration, and split keeps them', async (context) => {
    const paths = ['train/0.png', 'train/1.png', 'train/2.png', 'train/3.png'];
    const root = await pictures(context, paths, { source: 'csv', file: 'labels.csv' });
    write(root, 'labels.csv', 'path,class,split\ntrain/0.png,a,\ntrain/1.png,b,val\ntrain/2.png,a,test\n');
    const splits = async () => (await listed(root)).images.map(([, , split]) => split);
    assert.deepEqual(await splits(), ['train', 'validation', 'test', 'train']);
    await assertSeenByAll(openEngine(context), root, context);
    const config = { labels: { source: 'csv', file: 'labels.csv' }, splits: { train: ['train/2.png'] } };
    write(root, '.likeness/config.json', JSON.stringify(config));
    assert.deepEqual(await splits(), ['train', 'validation', 'train', 'train']);
  });

  it('that contradict each other are refused, with both lines', async (context) => {
    const root = await pictures(context, ['0.png'], { source: 'csv', file: 'labels.csv' });
    write(root, 'labels.csv', 'path,class,split\n0.png,a,val\n0.png,a,train\n');
    await assert.rejects(listed(root), {
      code: ErrorCode.InvalidLabels,
      message: /gives 0\.png two splits, "validation" in line 2 and "train" in line 3; correct it/,
    });
    write(root, 'labels.csv', 'path,class\n0.png,a\n./0.png,a\n');
    assert.match((await listed(root)).notices[0]!, /^0\.png has more than one row in .*, which say the same/);
    write(root, 'labels.csv', Buffer.from('path,class\n0.png,a\n', 'utf16le'));
    write(root, 'labels.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('path,class\n', 'utf16le')]));
    await assert.rejects(listed(root), { code: ErrorCode.InvalidLabels, message: /written in UTF-16/ });
  });
});

describe('splits from a table of their own', () => {
  it('count less than patterns and more than labels and folders, wherever labels come from', async (context) => {
    const paths = ['train/a/0.png', 'train/a/1.png', 'train/b/2.png', 'train/b/3.png'];
    const root = await pictures(context, paths, { source: 'folder' });
    write(root, 'lists/splits.csv', 'path,split,note\ntrain/a/0.png,test,x\ntrain/a/1.png,test,\nb/2.png,Val,y\n');
    const config = (value: unknown) => {
      write(root, '.likeness/config.json', JSON.stringify(value));
    };
    const told = async () => (await listed(root)).images.map(([, label, split]) => `${label} ${split}`);
    config({ splits: { file: 'lists/splits.csv' } });
    assert.deepEqual(await told(), ['a test', 'a test', 'b validation', 'b train']);
    await assertSeenByAll(openEngine(context), root, context);
    config({ splits: { file: 'lists/splits.csv', extra: ['train/a/1.png'] } });
    assert.deepEqual(await told(), ['a test', 'a extra', 'b validation', 'b train']);
    write(root, 'labels.csv', 'path,class,split\ntrain/a/0.png,c,train\ntrain/b/3.png,d,test\n');
    config({ labels: { source: 'csv', file: 'labels.csv' }, splits: { file: 'lists/splits.csv' } });
    assert.deepEqual(await told(), ['c test', 'undefined test', 'undefined validation', 'd test']);
  });

  it('that we write are of whole paths, and wait for images that are set aside without a word', async (context) => {
    const odd = process.platform === 'win32' ? [] : ['a\\b.png', ' lead.png'];
    const paths = [...odd, 'old/cat/1.png', 'old/dog/2.png'];
    const root = await pictures(context, paths, { source: 'folder' });
    write(root, '.likeness/config.json', '{"splits":{"file":".likeness/splits.csv"}}');
    const told = async (rows: readonly AssignedSplit[]) => {
      write(root, '.likeness/splits.csv', formatSplits(rows));
      const { images, notices } = await listed(root);
      return { splits: images.map(([path, , split]) => `${path} ${split}`).sort(), notices };
    };
    const row = (path: string, split: string) => ({ path, split });
    const gone = [row('cat/1.png', 'train'), row('dog/2.png', 'test')];
    const own = [row('old/cat/1.png', 'validation'), ...odd.map((path) => row(path, 'test'))];
    const splitOf = (path: string) => own.find((one) => one.path === path)?.split;
    const known = paths.map((path) => `${path} ${splitOf(path)}`).sort();
    assert.deepEqual(await told([...gone, ...own]), { splits: known, notices: [] });
    const none = paths.map((path) => `${path} undefined`).sort();
    assert.deepEqual(await told([row('cat/3.png', 'train')]), { splits: none, notices: [] });
    const { splits, notices } = await told([row('cat/3.png', 'train'), row('2.png', 'train')]);
    assert.deepEqual(splits, none);
    assert.match(
      String(notices),
      /^None of the 2 rows of ROOT\/\.likeness\/splits\.csv has the whole path of an image, .* \(one has "2\.png"\)/,
    );
  });
});

describe('splits from patterns', () => {
  it('are told of where those of several splits match an image, or those of one match none', async (context) => {
    const root = await pictures(context, ['a/0.png', 'a/1.png', 'b/2.png'], { source: 'folder' });
    const told = async (splits: Readonly<Record<string, readonly string[]>>) => {
      write(root, '.likeness/config.json', JSON.stringify({ splits }));
      return (await listed(root)).notices;
    };
    assert.deepEqual(await told({ train: ['a/**'], val: ['b/**'], validation: ['b/2.png'], test: [] }), []);
    assert.deepEqual(await told({ train: ['a/**'], val: ['**'], test: ['/a/1.png', 'c/**'], holdout: ['d/**', 'e'] }), [
      '"splits" in .likeness/config.json has patterns of more than one split for 2 images of ROOT (the first is "a/0.png", by those of "train" and "validation"); the split that is named first counts, "train" there.',
      '"splits" in .likeness/config.json has patterns for "holdout" that match no image of ROOT ("d/**", "e"); correct them, or take them out.',
    ]);
  });
});
