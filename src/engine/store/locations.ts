import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../core/errors.ts';

/** The folder in a dataset's root that makes it one. */
export const LIKENESS_FOLDER = '.likeness';
const INDEX_FILE = 'index.sqlite';

const GITIGNORE = `# Written by Likeness: all but what people decide is derived and can be rebuilt.
/*
!/.gitignore
!/config.json
!/decisions.jsonl
!/baseline.json
!/splits.csv
`;

/** Where the index of a dataset belongs. */
export function indexInRoot(root: string): string {
  return join(root, LIKENESS_FOLDER, INDEX_FILE);
}

/** Where it goes when the root can't take it. */
export function indexInCache(root: string, cacheFolder: string): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 32);
  return join(cacheFolder, 'indexes', hash, INDEX_FILE);
}

/** Folders that the index of a dataset may lie in. */
export function indexFolders(root: string, cacheFolder: string | undefined): string[] {
  const inCache = cacheFolder === undefined ? [] : [dirname(indexInCache(root, cacheFolder))];
  return [dirname(indexInRoot(root)), ...inCache];
}

/** Makes `.likeness/` with its `.gitignore`; throws the operating system's error. Returns the folder. */
export function makeLikenessFolder(root: string): string {
  const folder = join(root, LIKENESS_FOLDER);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, '.gitignore'), GITIGNORE, { flag: 'wx' });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  }
  return folder;
}

/** Has git track a file in `.likeness/` that a `.gitignore` from before doesn't know; throws the operating system's error. */
export function trackInGit(root: string, name: string): void {
  const file = join(makeLikenessFolder(root), '.gitignore');
  const text = readFileSync(file, 'utf8');
  const line = `!/${name}`;
  if (!text.split(/\r?\n/).includes(line)) appendFileSync(file, `${text.endsWith('\n') ? '' : '\n'}${line}\n`);
}

/** Throws the operating system's error where files can't be created in a folder or hold nothing: permission bits lie. */
export function assertWritable(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    writeFileSync(probe, 'x');
  } finally {
    rmSync(probe, { force: true });
  }
}
