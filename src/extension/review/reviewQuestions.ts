import path from 'node:path';
import { askForNamedClass } from '../matrix/matrixQuestions.ts';
import type { Services } from '../services.ts';

/** Asks for the class of an image, or of several where none is named; undefined when cancelled. */
export async function askForClass(
  { engine }: Services,
  root: string,
  image: string | undefined,
  suggested: string | undefined,
): Promise<string | undefined> {
  const summary = await engine.call('index/summary', { path: root });
  const classes = summary?.classes.map(({ name }) => name) ?? [];
  const title = image === undefined ? 'Class of the Selected Images' : `Class of ${path.posix.basename(image)}`;
  const first = suggested === undefined ? [] : [suggested];
  const names = [...first, ...classes.filter((name) => name !== suggested)];
  return askForNamedClass(
    names.map((name) => ({ label: name, ...(name === suggested && { description: 'what it looks like' }) })),
    title,
  );
}
