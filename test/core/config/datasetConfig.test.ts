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
      splits: { train: ['a/**'], test: [] },
      exclude: ['*.tmp.png', '!keep/'],
      thresholds: { blurry: 0.5 },
      encoder: 'handcrafted',
    };
    assert.deepEqual(parseConfig({ ...config, note: 1 }), { config });
  });

  const faults: [value: unknown, key: RegExp][] = [
    [[], /object/],
    [null, /object/],
    [{ labels: 'folder' }, /"labels"/],
    [{ labels: { source: 'xml' } }, /"labels\.source".*folder, csv/],
    [{ labels: { source: 'coco' } }, /"labels\.file" is missing/],
    [{ labels: { source: 'csv', file: 'a', column: 3 } }, /"labels\.column"/],
    [{ splits: { train: 'a/**' } }, /"splits\.train"/],
    [{ splits: [] }, /"splits"/],
    [{ exclude: [1] }, /"exclude"/],
    [{ thresholds: { blury: 0.3 } }, /"blury", which is no kind of finding; there are same-scene, .*blurry/],
    [{ thresholds: { leak: 0.3 } }, /"leak", which no number decides/],
    [{ thresholds: { blurry: '0.5' } }, /"thresholds\.blurry"/],
    [{ encoder: '' }, /"encoder"/],
  ];
  for (const [value, key] of faults) {
    test(`${JSON.stringify(value)} is refused with the key at fault`, () => {
      const result = parseConfig(value);
      assert.match('fault' in result ? result.fault : '', key);
    });
  }
});
