import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { ResolvedEncoder } from './encoder.ts';
import { encoderIdentity } from './identity.ts';

const MODEL_FILE = 'encoder.onnx';
const CARD_FILE = 'card.json';
const IDENTITY = /^[0-9a-f]{64}$/;

/**
 * Keeps an encoder that ships beside an index made with it: an update brings another one and takes this one away, and without it
 * the index couldn't grow any more. It lies here and not in the user's cache as both have to go together: to another machine, on a
 * shared disk, into a container that is built anew. Git doesn't see it. The copy takes no room where the file system can share it.
 *
 * @param indexFolder the folder that the index lies in
 *
 * Rejects with the operating system's error where it can't be written.
 */
export async function keepEncoder({ card, identity, model }: ResolvedEncoder, indexFolder: string): Promise<void> {
  const parent = keptFolder(indexFolder);
  const target = join(parent, identity);
  if (await isThere(target)) return;
  await mkdir(parent, { recursive: true });
  // Not an identity, so that what a crash leaves behind is never taken for an encoder.
  const partial = await mkdtemp(join(parent, '.keeping-'));
  try {
    const file = join(partial, MODEL_FILE);
    if ('file' in model) await copyFile(model.file, file, constants.COPYFILE_FICLONE);
    else await writeFile(file, model.bytes);
    await writeFile(join(partial, CARD_FILE), `${JSON.stringify(card, undefined, 2)}\n`);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Two processes may index at once, and what the other has kept is the same.
    if (!(await isThere(target))) throw error;
  }
}

/** Encoders kept beside an index, the one that was kept last first. What isn't whole is left out. */
export async function keptEncoders(indexFolder: string): Promise<ResolvedEncoder[]> {
  const parent = keptFolder(indexFolder);
  const names = await readdir(parent).catch(() => []);
  const found = names.filter((name) => IDENTITY.test(name)).map((name) => readKept(parent, name));
  return (await Promise.all(found))
    .filter((kept) => kept !== undefined)
    .sort((a, b) => b.keptAt - a.keptAt)
    .map(({ resolved }) => resolved);
}

/** Deletes all versions of an encoder that are kept beside an index; returns how many there were. */
export async function forgetKept(id: string, indexFolder: string): Promise<number> {
  const kept = (await keptEncoders(indexFolder)).filter(({ card }) => card.id === id);
  for (const { identity } of kept) await rm(join(keptFolder(indexFolder), identity), { recursive: true });
  return kept.length;
}

async function readKept(parent: string, identity: string) {
  const folder = join(parent, identity);
  const file = join(folder, MODEL_FILE);
  try {
    const { mtimeMs: keptAt } = await stat(file);
    const card = JSON.parse(await readFile(join(folder, CARD_FILE), 'utf8')) as EncoderCard;
    if (encoderIdentity(card) !== identity) return undefined;
    const resolved: ResolvedEncoder = { card, identity, model: { file } };
    return { resolved, keptAt };
  } catch {
    return undefined;
  }
}

function keptFolder(indexFolder: string): string {
  return join(indexFolder, 'encoders', '.shipped');
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
