import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileNotFound, systemCodeOf, unreadableFile, usage } from '../core/errors.ts';
import { relativeToRoot } from '../engine/store/findRoot.ts';

/**
 * The images that a text file names, one a line, relative to the root: as they stand where the root has them, else from the
 * current folder. A folder stands for all images below it. What is nowhere stays as it is written, for the engine to miss.
 * Rejects with file-not-found, unreadable-file, or usage where nothing is named.
 *
 * @param file `-`: standard input
 */
export async function readImageList(file: string, root: string): Promise<readonly string[]> {
  const lines = (await contentOf(file)).split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) {
    throw usage(
      `${file === '-' ? 'Standard input' : file} names no image; it takes a path a line, relative to ${root}.`,
    );
  }
  return lines.map((line) => {
    if (!isAbsolute(line) && existsSync(join(root, line))) return slashed(line);
    return relativeToRoot(root, resolve(line)) ?? slashed(line);
  });
}

const slashed = (path: string): string => (process.platform === 'win32' ? path.replaceAll('\\', '/') : path);

async function contentOf(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}
