import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { listTrainingSet } from '../../../src/engine/training/trainingImages.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from './shades.ts';

/** A folder with pictures at the given paths, which are all different, and a configuration of labels. */
export async function pictures(context: TestContext, paths: readonly string[], labels: unknown): Promise<string> {
  const root = temporaryFolder(context);
  for (const [i, path] of paths.entries()) {
    write(root, path, await shade(i % 2 === 0 ? [200, 40 + 9 * i, 40] : [40, 40 + 9 * i, 200], i));
  }
  write(root, '.likeness/config.json', JSON.stringify({ labels }));
  return root;
}

export function openEngine(context: TestContext): Engine {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return engine;
}

/** A document of COCO's: images by name, and of each the categories of its annotations with their areas. */
export function coco(
  categories: readonly string[],
  images: Readonly<Record<string, readonly (readonly [category: string | number, area: number])[]>>,
) {
  const names = Object.keys(images);
  return {
    info: { description: 'made for tests' },
    images: names.map((file_name, i) => ({ id: 100 + i, file_name, width: 64, height: 64 })),
    annotations: names.flatMap((name, i) =>
      images[name]!.map(([category, area], k) => ({
        id: 1000 + 10 * i + k,
        image_id: 100 + i,
        category_id: typeof category === 'number' ? category : 5 * (categories.indexOf(category) + 1),
        bbox: [0, 0, area, 1],
        ...(k > 0 && { area }),
        segmentation: [[0, 0, area, 0, area, 1]],
      })),
    ),
    categories: categories.map((name, i) => ({ id: 5 * (i + 1), name, supercategory: 'thing' })),
  };
}

/** Six pictures of a YOLO data set below `images`, with labels of five. */
export async function yoloDataset(context: TestContext, description: string): Promise<string> {
  const root = await pictures(
    context,
    [0, 1, 2, 3, 4, 5].map((i) => `images/${i < 4 ? 'train' : 'val'}/${i}.png`),
    { source: 'yolo', file: 'data.yaml' },
  );
  write(root, 'data.yaml', description);
  for (let i = 0; i < 5; i++) {
    const box = `0.5 0.5 ${i === 3 ? '0.9 0.9' : '0.2 0.2'}`;
    write(
      root,
      `labels/${i < 4 ? 'train' : 'val'}/${i}.txt`,
      `${i % 2} ${box}\n${i === 3 ? '0 0.5 0.5 0.1 0.1\n' : ''}`,
    );
  }
  return root;
}

export const inRoot = (root: string, ...parts: readonly string[]) => join(root, ...parts);

/** Label and split of each image as training sees them, without an index, and what is told. */
export async function listed(root: string) {
  const { images, notices } = await listTrainingSet(root, {}, new AbortController().signal);
  return {
    images: images.map(({ path, label, split }) => [path, label, split]),
    notices: notices.map(({ message }) => message.replaceAll(root, 'ROOT')),
  };
}
