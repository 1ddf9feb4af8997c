import path from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { trainedRun, type CommandLine, type TrainedRound } from './defaultRun.ts';
import { finishedEncoder } from './finish.ts';
import { measureEncoders, type Yardstick } from './measures.ts';
import { PATTERNS_FOLDER, removePatterns, writePatterns } from './patterns.ts';
import { knownEncoders, untrainedEncoders } from './otherEncoders.ts';
import type { DefaultRecipe } from './recipe.ts';
import { completeCard, packedEncoder, resolvedFrom, ship } from './ship.ts';

/** What people could use instead, without any learning. */
const BASELINES = ['handcrafted', 'pixels'];

export interface Surroundings {
  /** Folder with the pictures to train on, in folders of their classes; the run is kept there. */
  readonly pictures: string;
  /** Folder that gets the encoder's own. */
  readonly encoders: string;
  /** What it is measured on, beside baselines, the same network untrained and its teacher. */
  readonly yardstick: Yardstick;
  readonly likeness: CommandLine;
  readonly say: (line: string) => void;
}

/**
 * Makes an encoder by its recipe and puts it to where the product looks for those that ship: trains it, or goes on where it was
 * interrupted, finishes, measures and packs it. All that its card says is taken from the run's own record and from what was done and
 * measured here.
 *
 * @throws SetupError where the training doesn't finish, and for a run of this id that was made with other settings
 */
export async function makeDefaultEncoder(
  recipe: DefaultRecipe,
  { pictures, encoders, yardstick, likeness, say }: Surroundings,
): Promise<EncoderCard> {
  const trained = await trainedRounds(recipe, pictures, likeness);
  const { run } = trained.at(-1)!;
  const finished = await finishedEncoder(
    path.join(pictures, '.likeness', 'encoders', run.encoder),
    pictures,
    recipe,
    say,
  );
  const { card, bytes } = packedEncoder(recipe, finished);
  say('Measuring the encoder beside others…');
  const [someImages] = Object.values(yardstick.folders);
  const others = [
    ...(await knownEncoders([...new Set([...BASELINES, recipe.settings.teacher])])),
    ...(await untrainedEncoders(trained[0]!.run.settings, someImages)),
  ];
  const [own, ...beside] = await measureEncoders([resolvedFrom(card, bytes), ...others], yardstick);
  const complete = completeCard(card, recipe, trained, finished, [own!, ...beside]);
  await ship(complete, bytes, path.join(encoders, recipe.id), say);
  return complete;
}

/** All trainings of a recipe, one upon the other. */
async function trainedRounds(
  recipe: DefaultRecipe,
  pictures: string,
  likeness: CommandLine,
): Promise<readonly TrainedRound[]> {
  const patterns = path.join(pictures, PATTERNS_FOLDER);
  // Those of a recipe that was interrupted are no part of its first training.
  await removePatterns(patterns);
  const first = { round: recipe, run: await trainedRun(recipe, pictures, likeness) };
  const { further } = recipe;
  if (further === undefined) return [first];
  const drawn = await writePatterns(patterns, further.patterns);
  const round = {
    ...recipe,
    // A run tells its settings and not its pictures: one of other patterns is another one.
    id: `${recipe.id}-further-${drawn.slice(0, 8)}`,
    settings: { ...recipe.settings, ...further.settings, from: first.run.encoder },
  };
  return [first, { round, run: await trainedRun(round, pictures, likeness) }];
}
