import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseConfig } from '../../../src/core/config/datasetConfig.ts';

suite('dataset configuration', () => {
  test('everything is optional', () => {
    assert.deepEqual(parseConfig({}), { config: {} });
  });

  test('a full configuration is taken as it is, without keys that are not ours', () => {
    const config = {
      labels: { source: 'csv', file: 'labels.csv', column: 'class' },
      captions: { source: 'jsonl', file: ['train.jsonl', 'test.jsonl'], column: 'text' },
      splits: { train: ['a/**'], test: [] },
      exclude: ['*.tmp.png', '!keep/'],
      thresholds: { blurry: 0.5, dark: 1, outlier: 3, 'small-class': 100 },
      encoder: 'handcrafted',
    };
    assert.deepEqual(parseConfig({ ...config, note: 1 }), { config });
    const table = { splits: { file: 'splits.csv', holdout: ['b/**'] } };
    assert.deepEqual(parseConfig(table), { config: table });
  });

  test('takes any threshold that is a number, such as one that nothing reaches', () => {
    const config = { thresholds: { dark: 1.1, 'near-duplicate': -1, 'caption-mismatch': -0.5 } };
    assert.deepEqual(parseConfig(config), { config });
  });

  const faults: [value: unknown, key: RegExp][] = [
    [[], /object/],
    [null, /object/],
    [{ labels: 'folder' }, /"labels"/],
    [{ labels: { source: 'xml' } }, /"labels\.source".*folder, csv/],
    [{ labels: { source: 'coco' } }, /"labels\.file" is missing/],
    [{ labels: { source: 'csv', file: 'a', column: 3 } }, /"labels\.column"/],
    [{ captions: 'txt' }, /"captions"/],
    [{ captions: { source: 'folder' } }, /"captions\.source".*txt, csv, jsonl, coco/],
    [{ captions: { source: 'csv' } }, /"captions\.file" is missing/],
    [{ captions: { source: 'csv', file: [] } }, /"captions\.file" must be/],
    [{ captions: { source: 'txt', file: 'a.txt' } }, /"captions\.file" is named/],
    [{ captions: { source: 'coco', file: 'a.json', column: 'caption' } }, /"captions\.column" is named/],
    [{ captions: { source: 'csv', file: 'a.csv', column: '' } }, /"captions\.column" must be/],
    [{ splits: { train: 'a/**' } }, /"splits\.train"/],
    [{ splits: [] }, /"splits"/],
    [{ splits: { file: '' } }, /"splits\.file" must be the path of a table/],
    [{ splits: { file: 3 } }, /"splits\.file"/],
    [{ exclude: [1] }, /"exclude"/],
    [
      { thresholds: { blury: 0.3 } },
      /"blury", which is no kind of finding; there are near-duplicate, same-scene, .*blurry/,
    ],
    [{ thresholds: { leak: 0.3 } }, /"leak", which no number decides/],
    [{ thresholds: { blurry: '0.5' } }, /"thresholds\.blurry"/],
    [{ encoder: '' }, /"encoder"/],
    [{ words: [] }, /"words"/],
    [{ words: ['cat', ''] }, /"words"/],
  ];
  for (const [value, key] of faults) {
    test(`${JSON.stringify(value)} is refused with the key at fault`, () => {
      const result = parseConfig(value);
      assert.match('fault' in result ? result.fault : '', key);
    });
  }
});
