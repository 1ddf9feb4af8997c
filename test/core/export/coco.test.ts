import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cocoPieces, wholeImages } from '../../../src/core/export/coco.ts';
import type { ExportImage } from '../../../src/core/export/exportImage.ts';
import { exportImage } from './exportImages.ts';

interface CocoDocument {
  readonly info: { readonly note: string };
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly Record<string, unknown>[];
}

async function documentOf(images: readonly ExportImage[]): Promise<CocoDocument> {
  let text = '';
  for await (const piece of cocoPieces(images, wholeImages(images, 'pets'))) text += piece;
  return JSON.parse(text) as CocoDocument;
}
const content = (start: string) => start.padEnd(64, '0');

it('COCO has the whole frame of each labelled image, and says so', async () => {
  const { info, categories, images, annotations } = await documentOf([
    exportImage('a.png', { content: content('b1'), label: 'dog' }),
    exportImage('b.png', { content: content('c2'), label: undefined }),
    exportImage('c.png', { content: content('d3'), label: 'cat' }),
  ]);
  assert.match(info.note, /whole images/);
  assert.deepEqual(
    categories.map(({ id, name }) => [id, name]),
    [
      [1, 'cat'],
      [2, 'dog'],
    ],
  );
  assert.deepEqual(
    images.map(({ file_name }) => file_name),
    ['a.png', 'b.png', 'c.png'],
  );
  assert.equal(annotations.length, 2);
  assert.deepEqual(annotations[0], {
    ...{ id: images[0]!.id, image_id: images[0]!.id, category_id: 2 },
    ...{ bbox: [0, 0, 40, 30], area: 1200, iscrowd: 0, segmentation: [] },
  });
  assert.equal(annotations[1]!['image_id'], images[2]!.id);
});

it('an id of COCO stays when other images come and go or a file is renamed, is no 0, and no two copies share one', async () => {
  const own = exportImage('own.png', { content: content('7f') });
  const idOf = async (images: readonly ExportImage[], path: string) =>
    (await documentOf(images)).images.find(({ file_name }) => file_name === path)!.id;
  const alone = await idOf([own], 'own.png');
  assert.equal(alone, 0x7f0000000000);
  assert.equal(await idOf([exportImage('a.png', { content: content('aa') }), own], 'own.png'), alone);
  assert.equal(await idOf([{ ...own, path: 'renamed.png' }], 'renamed.png'), alone);
  assert.notEqual(await idOf([own, { ...own, path: 'z.png' }], 'z.png'), alone);
  assert.equal(await idOf([exportImage('zero.png', { content: content('') })], 'zero.png'), 1);
});
