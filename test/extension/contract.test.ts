import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { imageExtensions } from '../../src/core/images/fileKinds.ts';
import { tableExtensions } from '../../src/core/tables/tableFiles.ts';

interface Menus {
  readonly contributes: {
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly when?: string }[]>>;
  };
}

test('menus offer themselves on the files that are taken for images, or for tables', () => {
  const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')) as Menus;
  const patterns = Object.values(manifest.contributes.menus)
    .flat()
    .flatMap(({ command, when }) => {
      const source = /resourceExtname =~ \/(.+?)\/i/.exec(when ?? '')?.[1];
      if (source === undefined) return [];
      const isOfPixels = command === 'likeness.openImageViewer';
      return [{ pattern: new RegExp(source, 'i'), isOfTables: command === 'likeness.import', isOfPixels }];
    });
  assert.deepEqual(new Set(patterns.map(({ isOfTables }) => isOfTables)), new Set([false, true]));
  assert.ok(patterns.some(({ isOfPixels }) => isOfPixels));
  // Drawings have no pixels to look at.
  const pixelExtensions = imageExtensions.filter((extension) => extension !== '.svg');
  for (const { pattern, isOfTables, isOfPixels } of patterns) {
    const images = isOfPixels ? pixelExtensions : imageExtensions;
    const [wanted, others] = isOfTables ? [tableExtensions, imageExtensions] : [images, tableExtensions];
    assert.deepEqual(
      wanted.filter((extension) => !pattern.test(extension)),
      [],
    );
    assert.deepEqual(
      ['.txt', '.heic', '.pngx', '', ...others].filter((extension) => pattern.test(extension)),
      [],
    );
  }
});
