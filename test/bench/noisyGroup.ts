import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RandomStream } from '../../src/core/random.ts';
import { sampleClasses } from '../../src/core/sample/scenes.ts';

/** Of all images of one class, the share that somebody took for other classes. */
const MISLABELLED = 0.5;

/**
 * Makes a noisy group of a generated sample: the images of one class, half of which are moved to the folder of any other class in
 * their split. What was planted otherwise stays where it is, so that more of the others move.
 *
 * @param planted paths that are left alone
 * @returns paths of those that moved, or might have
 */
export function makeNoisyGroup(root: string, seed: number, planted: ReadonlySet<string>): Set<string> {
  const random = new RandomStream(seed, 91);
  const label = sampleClasses[seed % sampleClasses.length]!;
  const others = sampleClasses.filter((other) => other !== label);
  const group = new Set<string>();
  const all = ['train', 'validation', 'test'].flatMap((split) =>
    readdirSync(join(root, split, label))
      .sort()
      .map((name) => ({ split, path: `${split}/${label}/${name}` })),
  );
  const free = all.filter(({ path }) => !planted.has(path));
  const moved = new Set(random.shuffled(free).slice(0, Math.round(MISLABELLED * all.length)));
  for (const file of free) {
    const { split, path } = file;
    const place = moved.has(file) ? `${split}/${random.pick(others)}/noisy-${basename(path)}` : path;
    mkdirSync(dirname(join(root, place)), { recursive: true });
    renameSync(join(root, path), join(root, place));
    group.add(place);
  }
  return group;
}
