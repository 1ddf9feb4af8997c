import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RandomStream } from '../../src/core/random.ts';
import { sampleClasses } from '../../src/core/sample/scenes.ts';

/** Of the images of one class, the share that somebody took for other classes. */
const MISLABELLED = 0.5;

/**
 * Makes a noisy group of a generated sample: the images of one class, half of which are moved to the folder of any other class in
 * their split. What was planted otherwise stays where it is.
 *
 * @param planted paths that are left alone
 * @returns paths of the group, moved or not
 */
export function makeNoisyGroup(root: string, seed: number, planted: ReadonlySet<string>): Set<string> {
  const random = new RandomStream(seed, 91);
  const label = sampleClasses[seed % sampleClasses.length]!;
  const others = sampleClasses.filter((other) => other !== label);
  const group = new Set<string>();
  for (const split of ['train', 'validation', 'test']) {
    for (const name of readdirSync(join(root, split, label)).sort()) {
      const path = `${split}/${label}/${name}`;
      if (planted.has(path)) continue;
      const place = random.uniform() < MISLABELLED ? `${split}/${random.pick(others)}/noisy-${basename(path)}` : path;
      mkdirSync(dirname(join(root, place)), { recursive: true });
      renameSync(join(root, path), join(root, place));
      group.add(place);
    }
  }
  return group;
}
