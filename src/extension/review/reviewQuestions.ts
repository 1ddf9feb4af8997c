import path from 'node:path';
import type { Finding } from '../../core/curation/findings.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import { askForName } from '../embeddingMap/mapQuestions.ts';
import { askForNamedClass } from '../matrix/matrixQuestions.ts';
import type { Services } from '../services.ts';

/** What a review decides of images after asking for it. */
export type ChosenClass = { readonly label: string } | { readonly isAsSuggested: true };

/**
 * Asks for the class of an image, or of the images of several findings; undefined when cancelled. Of several findings what is
 * suggested for one of them is offered for no other.
 *
 * @param image that is looked at, of one finding
 */
export async function askForClass(
  { engine }: Services,
  root: string,
  image: string | undefined,
  findings: readonly Finding[],
): Promise<ChosenClass | undefined> {
  const summary = await engine.call('index/summary', { path: root });
  const classes = summary?.classes.map(({ name }) => name) ?? [];
  const suggestions = findings.flatMap(({ suggested }) => suggested ?? []);
  const [shared, ...others] = new Set(suggestions);
  const isShared = others.length === 0 && suggestions.length === findings.length;
  const title = image === undefined ? 'Class of the Selected Images' : `Class of ${path.posix.basename(image)}`;
  const named = (isShared ? classes.filter((name) => name !== shared) : classes).map((name) => ({ label: name }));
  const looks = findings.length > 1 ? 'what they look like' : 'what it looks like';
  if (shared === undefined || isShared) {
    const first = shared === undefined ? [] : [{ label: shared, description: looks }];
    return labelled(await askForNamedClass([...first, ...named], title));
  }
  const each = `$(check-all) Each as suggested (${formatCount(suggestions.length)} of ${formatQuantity(findings.length, 'finding')})`;
  const chosen = await askForNamedClass([{ label: each, description: 'what each looks like' }, ...named], title);
  return chosen === each ? { isAsSuggested: true } : labelled(chosen);
}

function labelled(label: string | undefined): ChosenClass | undefined {
  return label === undefined ? undefined : { label };
}

/** Asks for the tag of some images; undefined when cancelled. */
export async function askForTag({ engine }: Services, root: string, count: number): Promise<string | undefined> {
  const summary = await engine.call('index/summary', { path: root });
  const tags = summary?.tags.map(({ name, count: images }) => ({ name, description: formatQuantity(images, 'image') }));
  return askForName(`Tag ${formatQuantity(count, 'image')}`, tags ?? [], 'Tag as');
}
