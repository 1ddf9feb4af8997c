import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { configNotices, readConfig, writeConfig } from '../../../src/engine/store/config.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

function rootWith(context: TestContext, text: string): string {
  const root = temporaryFolder(context);
  mkdirSync(join(root, '.likeness'));
  writeFileSync(join(root, '.likeness/config.json'), text);
  return root;
}

suite('config.json', () => {
  test('may be missing', (context) => {
    const root = temporaryFolder(context);
    assert.deepEqual(readConfig(root), {});
    assert.deepEqual(readdirSync(root), []);
  });

  test('is read with or without a byte order mark', (context) => {
    assert.deepEqual(readConfig(rootWith(context, '\uFEFF{"encoder": "pixels"}')), { encoder: 'pixels' });
  });

  test('that is wrong is refused with the file and the key', (context) => {
    for (const [text, key] of [
      ['{"exclude": "a"}', /"exclude"/],
      ['{"encoder": ', /JSON/],
    ] as const) {
      const root = rootWith(context, text);
      const refusal = (error: unknown) => {
        assert.ok(error instanceof LikenessError);
        assert.equal(error.code, ErrorCode.InvalidConfig);
        assert.match(error.message, key);
        assert.match(error.message, /config\.json/);
        return true;
      };
      assert.throws(() => readConfig(root), refusal);
      assert.throws(() => {
        writeConfig(root, { encoder: 'x' });
      }, refusal);
      assert.equal(readFileSync(join(root, '.likeness/config.json'), 'utf8'), text);
    }
  });

  test('keeps keys that are not ours when it is written, ours first and in order', (context) => {
    const root = rootWith(context, '{"zoo": 1, "encoder": "a", "thresholds": {"blurry": 1}, "exclude": ["x"]}');
    writeConfig(root, { encoder: 'b', exclude: undefined, labels: { source: 'none' } });
    const text = readFileSync(join(root, '.likeness/config.json'), 'utf8');
    const expected = { labels: { source: 'none' }, thresholds: { blurry: 1 }, encoder: 'b', zoo: 1 };
    assert.equal(text, `${JSON.stringify(expected, undefined, 2)}\n`);
    assert.deepEqual(readdirSync(join(root, '.likeness')).sort(), ['.gitignore', 'config.json']);
  });

  test('has a notice for each key that nobody reads, with the one that may be meant', (context) => {
    const root = rootWith(context, '{"threshold": {"dark": 0.1}, "zoo": 1, "$schema": "x", "encoder": "a"}');
    const file = join(root, '.likeness/config.json');
    assert.deepEqual(
      configNotices(root).map(({ message }) => message),
      [
        `"threshold" in ${file} means nothing and is passed over; did you mean "thresholds"?`,
        `"zoo" in ${file} means nothing and is passed over; correct it or take it out.`,
      ],
    );
    assert.deepEqual(configNotices(temporaryFolder(context)), []);
  });

  test('has a notice for each threshold that finds nothing or everything, which is taken as it is', (context) => {
    const thresholds = { dark: 2, blurry: 0, 'near-duplicate': -1, 'caption-mismatch': -0.5, outlier: 5 };
    const root = rootWith(context, JSON.stringify({ thresholds }));
    const file = join(root, '.likeness/config.json');
    const told = (what: string, range: string) =>
      `"thresholds.${what}, by which nothing or everything is found; take a number ${range} if that isn't meant.`;
    assert.deepEqual(
      configNotices(root).map(({ message }) => message),
      [told(`dark" in ${file} is 2`, 'from 0 to 1'), told(`near-duplicate" in ${file} is -1`, 'from 0 on')],
    );
    assert.deepEqual(readConfig(root), { thresholds });
  });

  test('is not written with a value that could not be read again', (context) => {
    const root = temporaryFolder(context);
    assert.throws(
      () => {
        writeConfig(root, { encoder: '' });
      },
      { code: ErrorCode.InvalidConfig },
    );
  });
});
