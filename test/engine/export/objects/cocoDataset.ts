import type { TestContext } from 'node:test';
import { objectsDataset } from './objectsDataset.ts';

export const paths = ['train/a.png', 'train/b.png', 'val/c.png', 'val/none.png', 'val/unlisted.png'];
export const size = { width: 24, height: 16 };
export const instances = {
  info: { description: 'my own', contributor: 'me', year: 2026 },
  licenses: [{ id: 4, name: 'CC0', url: 'https://example.org' }],
  annotations: [
    {
      ...{ id: 50, image_id: 'a', category_id: 3, bbox: [1, 2, 12, 8], area: 60.5, iscrowd: 0 },
      ...{ segmentation: [[1, 2, 13, 2, 13, 10]], attributes: { hidden: true, 'näme "x"': [1] } },
      ...{ keypoints: [2, 3, 2], num_keypoints: 1 },
    },
    { id: 51, image_id: 'a', category_id: 3, bbox: [0, 0, 6, 4] },
    {
      id: 52,
      image_id: 'b',
      category_id: 8,
      bbox: [0, 0, 24, 16],
      iscrowd: 1,
      segmentation: { counts: 'xyz', size: [16, 24] },
    },
    { id: 53, image_id: 'b', category_id: 3, bbox: [6, 4, 6, 4], area: 24 },
    { id: 54, image_id: 'c', category_id: 8, bbox: [12, 8, 24, 16], area: 384 },
    { id: 55, image_id: 'c', category_id: 99, bbox: [1, 1, 1, 1] },
    { id: 56, image_id: 'gone', category_id: 3, bbox: [1, 1, 1, 1] },
    { id: 57, image_id: 'c', caption: 'no class' },
  ],
  images: [
    {
      id: 'a',
      file_name: 'train/a.png',
      ...size,
      license: 4,
      date_captured: '2026-01-02',
      coco_url: 'https://example.org/a',
    },
    ...['b', 'c', 'none'].map((id) => ({ id, file_name: `${id}.png`, ...size })),
  ],
  categories: [
    { id: 3, name: 'cat', supercategory: 'animal', keypoints: ['nose'], skeleton: [] },
    { id: 8, name: 'dog', supercategory: 'animal' },
    { id: 11, name: 'emu', supercategory: 'bird' },
  ],
};
/** A dataset with labels in `instances.json`. */
export const cocoDataset = (context: TestContext, document: unknown = instances) =>
  objectsDataset(context, paths, { source: 'coco', file: 'instances.json' }, { 'instances.json': document });
