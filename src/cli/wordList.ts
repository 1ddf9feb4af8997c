import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Words as they are typed: a list with commas, or a file with one a line. */
export async function wordList(given: string): Promise<string[]> {
  const words = existsSync(given) ? (await readFile(given, 'utf8')).split(/\r?\n/) : given.split(',');
  return words.map((word) => word.trim()).filter((word) => word !== '');
}
