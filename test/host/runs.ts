import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { provideSample } from '../../src/build/sampleFolder.ts';
import { inProject } from '../../src/build/project.ts';

/** One start of VS Code for the suites of one folder below `test/host/suites`. */
export interface HostRun {
  readonly name: string;
  /** Relative to `test/host/suites`; the empty string is that folder itself, without what is below it. */
  readonly suites: string;
  readonly trust: boolean;
  /** Makes what VS Code opens, in an empty folder, and returns its absolute path. */
  readonly prepare: (folder: string) => Promise<string>;
}

export const hostRuns: readonly HostRun[] = [
  { name: 'one root', suites: '', trust: true, prepare: makeDataset },
  { name: 'training', suites: 'training', trust: true, prepare: makeDataset },
  { name: 'two roots', suites: 'twoRoots', trust: true, prepare: makeTwoRoots },
  { name: 'restricted workspace', suites: 'restricted', trust: false, prepare: makeDataset },
];

/** A copy of the sample data set as `FOLDER/NAME`. */
export async function makeDataset(folder: string, name = 'pictures'): Promise<string> {
  const source = inProject('out/test/sample');
  await provideSample(source, { imagesPerClass: 8, replace: true });
  const dataset = path.join(folder, name);
  await cp(source, dataset, { recursive: true });
  return dataset;
}

async function makeTwoRoots(folder: string): Promise<string> {
  const names = ['first', 'second pictures'];
  for (const name of names) await makeDataset(folder, name);
  const file = path.join(folder, 'two.code-workspace');
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify({ folders: names.map((name) => ({ path: name })) }));
  return file;
}
