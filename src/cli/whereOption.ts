import { filterUnsure, nothingMatches } from '../core/filters/filterErrors.ts';
import { usage } from '../core/errors.ts';
import type { JobContext } from '../core/progress.ts';
import type { Engine } from '../engine/engine.ts';
import type { FilteredImages } from '../protocol/filters.ts';
import type { Invocation, OptionSpec } from './command.ts';
import { encoderArgument } from './paths.ts';

/** Of all commands that take images of a dataset. */
export const whereOptions = {
  where: {
    type: 'string',
    value: 'FILTER',
    isFilter: true,
    help: `only images that match, such as 'class:cat -tag:done blurry<.3'; "likeness list --help" tells how filters are written`,
  },
  view: { type: 'string', value: 'NAME', help: 'only images of this saved view; with --where those of both' },
} as const satisfies Record<string, OptionSpec>;

/** Whether a command was told which images it is about by a filter or a view. */
export function hasWhere(invocation: Invocation): boolean {
  return invocation.text('where') !== undefined || invocation.text('view') !== undefined;
}

/**
 * The images that a command is about, of those below a folder; undefined where it was given neither a filter nor a view.
 * Rejects with usage, not-indexed, invalid-labels where the labels or splits that it goes by can't be read, or too-few-images
 * where none matches.
 *
 * @param refresh brings the dataset up to date first, as a command does that goes by what is on disk
 */
export async function imagesWhere(
  invocation: Invocation,
  engine: Engine,
  folder: string,
  refresh?: JobContext,
): Promise<FilteredImages | undefined> {
  if (!hasWhere(invocation)) return undefined;
  const [filter, view] = [invocation.text('where'), invocation.text('view')];
  if (invocation.text('images') !== undefined) {
    throw usage('--images names the images one by one, --where and --view by what they are; give one or the other.');
  }
  if (refresh) {
    const encoder = encoderArgument(invocation.text('encoder'));
    const isNew = !engine.isIndexed(folder);
    await engine.indexFolder({ folder, ...(isNew && encoder !== undefined && { encoder }) }, refresh);
  }
  const found = await engine.filters.match({
    folder,
    ...(filter !== undefined && { filter }),
    ...(view !== undefined && { view }),
  });
  const asked = [...(view === undefined ? [] : [`the view “${view}”`]), ...(filter === undefined ? [] : [filter])];
  if (found.faults.length > 0) throw filterUnsure(asked.join(' and '), folder, found.faults);
  if (found.paths.length === 0) throw nothingMatches(asked.join(' and '), folder, found.hints);
  return found;
}

/** What a person has to know who looks among some classes or splits alone: which of them couldn't be read. */
export async function labelNotes(invocation: Invocation, engine: Engine, folder: string): Promise<readonly string[]> {
  const fields = ['class', 'split'].filter((field) => invocation.texts(field).length > 0);
  if (fields.length === 0) return [];
  return (await engine.filters.match({ folder, filter: `has:${fields.join(',')}` })).faults;
}
