import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SetupError } from '../nodeRelease.mjs';
import { run } from '../processes.ts';
import { divideClasses, heldOutFolder, trainedFolder, trainingData, workFolder } from './recipe.ts';

/** Unpacks the pictures, those to train on and those set aside into folders of their own, unless they are there. */
export async function provideData(say: (line: string) => void): Promise<void> {
  if (existsSync(trainedFolder) && existsSync(heldOutFolder)) return;
  if (!existsSync(trainingData)) throw new SetupError(`The pictures to train on are missing: ${trainingData}.`);
  say(`Unpacking ${path.basename(trainingData)}…`);
  const unpacked = path.join(workFolder, 'unpacked');
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  const { code, stderr } = await run('tar', ['-xf', trainingData, '-C', unpacked]);
  if (code !== 0) throw new SetupError(`tar can't unpack ${trainingData}: ${stderr.trim()}`);
  const [top] = await readdir(unpacked);
  const folder = path.join(unpacked, top!);
  const classes = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const { trained, heldOut } = divideClasses(classes);
  // Under their own names only once they are complete.
  for (const [target, names] of [
    [trainedFolder, trained],
    [heldOutFolder, heldOut],
  ] as const) {
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    for (const name of names) await cp(path.join(folder, name), path.join(partial, name), { recursive: true });
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
  }
  await rm(unpacked, { recursive: true, force: true });
}
