import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { resolveDistillSettings, type ResolvedDistillSettings } from '../../core/training/distillSettings.ts';
import { writeConfig } from '../../engine/store/config.ts';
import { SetupError } from '../nodeRelease.mjs';
import type { RunResult } from '../processes.ts';
import type { DefaultRecipe, RecipeSettings } from './recipe.ts';

/** What is needed of the runs that the command line lists. */
interface ListedRun {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly settings: ResolvedDistillSettings;
  readonly encoder?: string;
  readonly seconds: number;
}

/** A run that has made an encoder. */
export type FinishedRun = ListedRun & Required<Pick<ListedRun, 'encoder'>>;

/** A training of a recipe: all that it is determined by, besides the pictures. */
export interface Round extends Pick<DefaultRecipe, 'augmentation'> {
  /** The run is called so. */
  readonly id: string;
  readonly settings: RecipeSettings;
}

/** A training and what came of it. */
export interface TrainedRound {
  readonly round: Round;
  readonly run: FinishedRun;
}

/** The product's command line: with `shown` it tells its progress itself. */
export type CommandLine = (args: readonly string[], shown: boolean) => Promise<RunResult>;

/** What differs from machine to machine, of a run that is found by its name. */
const NOT_COMPARED: readonly string[] = ['threads', 'name', 'teacher'];

/**
 * Trains by the product's own commands what a recipe says: begins, goes on where it was interrupted, or finds that it is finished.
 *
 * @param folder with the pictures in folders of their classes, where the run is kept
 * @throws SetupError where the training doesn't finish, and for runs of its id with other settings
 */
export async function trainedRun(round: Round, folder: string, likeness: CommandLine): Promise<FinishedRun> {
  const begun = await findRun(round, folder, likeness);
  if (begun === undefined) {
    writeConfig(folder, { augmentation: round.augmentation });
    await train(['train', 'distill', folder, ...optionsOf({ ...round.settings, name: round.id })], likeness);
  } else if (begun.state !== 'finished') {
    await train(['train', 'resume', begun.id, '--in', folder], likeness);
  }
  const finished = await findRun(round, folder, likeness);
  if (finished?.encoder === undefined) throw new SetupError(`The run ${round.id} has made no encoder.`);
  return { ...finished, encoder: finished.encoder };
}

/** What trains a run again, as its own record says: without folders of this machine, nor what encoders are called on it. */
export function shownCommand({ round, run: { settings, name } }: TrainedRound): string {
  const asked = Object.keys(round.settings) as (keyof ResolvedDistillSettings)[];
  const shown = Object.fromEntries(asked.map((key) => [key, settings[key]]));
  const { threads } = settings;
  const from = settings.from === '' ? {} : { from: 'ENCODER_OF_THE_FIRST' };
  return [
    'likeness train distill FOLDER',
    ...optionsOf({ ...shown, ...from, teacher: teacherOf(settings), threads, name }),
  ].join(' ');
}

async function train(args: readonly string[], likeness: CommandLine): Promise<void> {
  const { code, stderr } = await likeness(args, true);
  if (code !== 0)
    throw new SetupError(`The training has not finished; the same command goes on with it. ${stderr}`.trim());
}

/** The newest that fits the recipe. */
async function findRun(round: Round, folder: string, likeness: CommandLine): Promise<ListedRun | undefined> {
  const { code, stdout, stderr } = await likeness(['train', 'list', '--in', folder, '--json'], false);
  if (code !== 0) throw new SetupError(`Trainings can't be listed: ${stderr.trim()}`);
  const { runs } = JSON.parse(stdout) as { runs: readonly ListedRun[] };
  const namesakes = runs.filter(({ name }) => name === round.id);
  const fitting = namesakes.find((run) => differences(round, run).length === 0);
  const [other] = namesakes;
  if (fitting === undefined && other !== undefined) throw otherSettings(round, folder, other);
  return fitting;
}

function otherSettings(round: Round, folder: string, run: ListedRun): SetupError {
  return new SetupError(
    `The run ${run.id} in ${folder} is called ${round.id} and has other settings than the recipe: ${differences(round, run).join(', ')}. ` +
      `Delete it with "likeness train delete ${run.id} --in ${folder}" to train by the recipe, or put the recipe back to go on with it.`,
  );
}

/** What a run was told, or chose, otherwise than the recipe would have it today, for people. */
function differences(round: Round, { kind, settings }: ListedRun): string[] {
  if (kind !== 'distill') return [`it is a run of ${kind}, not of distill`];
  const { from, network, size } = round.settings;
  const wanted = resolveDistillSettings(
    { ...round.settings, recipe: round.augmentation },
    {
      teacher: { reference: round.settings.teacher, hasClasses: false, mostViews: () => Infinity },
      student: from === undefined ? undefined : { id: from, network, size, imported: false },
    },
    Number.MAX_SAFE_INTEGER,
    settings.threads,
  );
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(settings)])] as (keyof ResolvedDistillSettings)[];
  const others = keys.filter((key) => !NOT_COMPARED.includes(key) && !isDeepStrictEqual(settings[key], wanted[key]));
  const [taught, teacher] = [teacherOf(settings), teacherOf(wanted)];
  return [
    ...others.map((key) => `${key} ${JSON.stringify(settings[key])} instead of ${JSON.stringify(wanted[key])}`),
    ...(taught === teacher ? [] : [`teacher ${taught} instead of ${teacher}`]),
  ];
}

/** Who teaches: the folder of a file, which the file itself doesn't tell, wherever that is. */
function teacherOf({ teacher }: Pick<ResolvedDistillSettings, 'teacher'>): string {
  return path.isAbsolute(teacher) ? path.basename(path.dirname(teacher)) : teacher;
}

/** As the command line takes settings. */
function optionsOf(settings: Partial<ResolvedDistillSettings>): string[] {
  return Object.entries(settings as Record<string, string | number | boolean>).flatMap(([key, value]) => {
    const words = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const option = `--${key === 'batchImages' ? 'batch' : words}`;
    return value === true ? [option] : [option, String(value)];
  });
}
