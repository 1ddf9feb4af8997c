/**
 * `npm run train:default` makes the encoder that ships with Likeness, by the product's own commands: hours on two cores. What
 * was interrupted goes on where it was; what is finished is only finished again, measured and packed.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provideData } from './defaultEncoder/data.ts';
import { makeDefaultEncoder } from './defaultEncoder/make.ts';
import { measuredFolders, nearDuplicates } from './defaultEncoder/measuredFolders.ts';
import { defaultRecipe, encodersFolder, teacher, trainedFolder } from './defaultEncoder/recipe.ts';
import { SetupError } from './nodeRelease.mjs';
import { run, runMain } from './processes.ts';
import { inProject } from './project.ts';

const say = (line: string): void => {
  console.log(line);
};

runMain(async () => {
  if (!existsSync(teacher)) throw new SetupError(`The encoder that teaches is missing: ${teacher}.`);
  await provideData(say);
  const scratch = await mkdtemp(path.join(tmpdir(), 'likeness-default-'));
  try {
    const { id, training } = await makeDefaultEncoder(defaultRecipe, {
      pictures: trainedFolder,
      encoders: encodersFolder,
      yardstick: { folders: await measuredFolders(scratch), nearDuplicates },
      likeness: (args, shown) =>
        run(process.execPath, [inProject('src/cli/main.ts'), ...args], { output: shown ? 'inherit' : 'capture' }),
      say,
    });
    for (const [name, figure] of Object.entries(training!.metrics)) say(`  ${name}: ${figure}`);
    say(
      `${path.join(encodersFolder, id)} holds the encoder and its card. Its README.md tells people of it: put it right.`,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return undefined;
});
