/**
 * `npm run train:default` makes the encoder that ships with Likeness, by the product's own commands: hours on two cores. What
 * was interrupted goes on where it was; what is finished is only measured and packed again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provideData } from './defaultEncoder/data.ts';
import { finishedEncoder } from './defaultEncoder/finish.ts';
import { measureEncoder } from './defaultEncoder/measures.ts';
import { measuredFolders, nearDuplicates } from './defaultEncoder/measuredFolders.ts';
import { runName, shippedFolder, trainedFolder, trainingArguments } from './defaultEncoder/recipe.ts';
import { packedEncoder, resolvedFrom, ship } from './defaultEncoder/ship.ts';
import { SetupError } from './nodeRelease.mjs';
import { run, runMain } from './processes.ts';
import { inProject } from './project.ts';

/** What is needed of the runs that the command line lists. */
interface ListedRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly encoder?: string;
  readonly seconds: number;
}

const say = (line: string): void => {
  console.log(line);
};

async function likeness(...args: readonly string[]): Promise<void> {
  const { code } = await run(process.execPath, [inProject('src/cli/main.ts'), ...args], { output: 'inherit' });
  if (code !== 0) throw new SetupError('The training has not finished; the same command goes on with it.');
}

async function findRun(): Promise<ListedRun | undefined> {
  const args = [inProject('src/cli/main.ts'), 'train', 'list', '--in', trainedFolder, '--json'];
  const { code, stdout, stderr } = await run(process.execPath, args);
  if (code !== 0) throw new SetupError(`Trainings can't be listed: ${stderr.trim()}`);
  const { runs } = JSON.parse(stdout) as { runs: readonly ListedRun[] };
  return runs.find(({ name }) => name === runName);
}

runMain(async () => {
  await provideData(say);
  const begun = await findRun();
  if (begun === undefined) await likeness(...trainingArguments(trainedFolder));
  else if (begun.state !== 'finished') await likeness('train', 'resume', begun.id, '--in', trainedFolder);
  const finished = await findRun();
  if (finished?.encoder === undefined) throw new SetupError(`The run ${runName} has made no encoder.`);
  const trained = path.join(trainedFolder, '.likeness', 'encoders', finished.encoder);
  const { card, bytes } = packedEncoder(await finishedEncoder(trained, trainedFolder, say));
  const scratch = await mkdtemp(path.join(tmpdir(), 'likeness-default-'));
  try {
    say('Measuring the encoder…');
    const measures = await measureEncoder(resolvedFrom(card, bytes), await measuredFolders(scratch), nearDuplicates);
    await ship(card, bytes, finished.seconds, measures);
    for (const { name, accuracy } of measures.sets) say(`  ${name}: ${(100 * accuracy).toFixed(1)} %`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  say(`${shippedFolder} holds the encoder and its card. "npm run bench -- encoder" compares it with others.`);
  return undefined;
});
