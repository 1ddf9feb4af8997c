import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { imageExtensions } from '../../src/core/images/fileKinds.ts';

interface Menus {
  readonly contributes: { readonly menus: Readonly<Record<string, readonly { readonly when?: string }[]>> };
}

test('menus offer themselves on the files that are taken for images', () => {
  const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')) as Menus;
  const patterns = Object.values(manifest.contributes.menus)
    .flat()
    .flatMap(({ when }) => /resourceExtname =~ \/(.+?)\/i/.exec(when ?? '')?.[1] ?? [])
    .map((source) => new RegExp(source, 'i'));
  assert.ok(patterns.length > 0);
  for (const pattern of patterns) {
    assert.deepEqual(
      imageExtensions.filter((extension) => !pattern.test(extension)),
      [],
    );
    assert.deepEqual(
      ['.txt', '.heic', '.pngx', ''].filter((extension) => pattern.test(extension)),
      [],
    );
  }
});
