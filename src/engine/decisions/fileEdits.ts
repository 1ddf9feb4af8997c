/** Parts of files that are replaced as a step of a dataset's history, which undo puts back. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathOutsideRoot, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { backwardsEdit, type FileEdit } from '../../core/decisions/history.ts';
import { labelFileChanged } from '../../core/labels/labelSourceErrors.ts';
import type { PlannedFile } from '../labels/relabel/relabelPlan.ts';
import { foreseeEdits, writeEdits } from '../labels/relabel/writeEdits.ts';
import { configFile, configText } from '../store/config.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { replaceFile } from '../training/replaceFile.ts';
import { isPlainPath, isPresent } from './moveFiles.ts';
import { changedSettings, wantedSettings } from './settingEdits.ts';

/** As it is journaled. Rejects with images-changed where the file isn't what the edits are for, or path-outside-root. */
export async function fileEdit(root: string, planned: PlannedFile): Promise<FileEdit> {
  const { file, sha256, edits } = planned;
  const path = relativeToRoot(root, file);
  if (path === undefined) throw pathOutsideRoot(file, root);
  if (sha256 === '') {
    const added = edits.map(({ text }) => text).join('');
    return { file: path, before: '', after: sha256Of(added), parts: [{ start: 0, removed: '', added }] };
  }
  const { removed, after } = await foreseeEdits(planned);
  const parts = edits.map(({ start, text }, i) => ({ start, removed: removed[i]!, added: text }));
  return { file: path, before: sha256, after, parts };
}

/** As `fileEdit`, of a configuration with what it sets. */
export async function journaledEdit(root: string, planned: PlannedFile): Promise<FileEdit> {
  const edit = await fileEdit(root, planned);
  if (planned.file !== configFile(root)) return edit;
  const before = edit.before === '' ? '' : (await readFile(planned.file)).toString('latin1');
  // Where it was changed in between, applying the edit fails.
  if (edit.before !== '' && sha256Of(before) !== edit.before) return edit;
  let [after, at] = ['', 0];
  for (const { start, removed, added } of edit.parts) {
    after += before.slice(at, start) + added;
    at = start + removed.length;
  }
  const settings = changedSettings(utf8Of(before), utf8Of(after + before.slice(at)));
  return settings ? { ...edit, settings } : edit;
}

/**
 * Those of the edits that are of a configuration which was changed since, but not in what they set: the same for the file as it is
 * now. Rejects as `fileEdit` does.
 */
export async function renewedEdits(root: string, edits: readonly FileEdit[]): Promise<FileEdit[]> {
  const renewed: FileEdit[] = [];
  for (const edit of edits) {
    const file = join(root, edit.file);
    if (edit.settings === undefined || file !== configFile(root) || (await contentOf(file)) === edit.before) continue;
    const wanted = wantedSettings(await textOf(file), edit.settings);
    const planned = wanted && (await editTo(file, configText(root, wanted)));
    if (planned) renewed.push({ ...(await fileEdit(root, planned)), settings: edit.settings });
  }
  return renewed;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}

/** The edit that makes a file hold a text, in UTF-8; undefined where it does. Rejects with unreadable-file. */
export async function editTo(file: string, text: string): Promise<PlannedFile | undefined> {
  const after = Buffer.from(text).toString('latin1');
  const before = await readFile(file).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unreadableFile(file, error);
  });
  if (before === undefined) return { file, sha256: '', edits: [{ start: 0, end: 0, text: after }] };
  const old = before.toString('latin1');
  if (old === after) return undefined;
  const most = Math.min(old.length, after.length);
  let start = 0;
  while (start < most && old[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && old[old.length - 1 - same] === after[after.length - 1 - same]) same++;
  const edit = { start, end: old.length - same, text: after.slice(start, after.length - same) };
  return { file, sha256: createHash('sha256').update(before).digest('hex'), edits: [edit] };
}

/** The first file that isn't what the edits are for, and the hex SHA-256 of what it holds; '' where there is none. */
export async function changedFile(
  root: string,
  edits: readonly FileEdit[],
): Promise<{ readonly file: string; readonly found: string } | undefined> {
  for (const edit of edits) {
    const file = join(root, edit.file);
    const found = await contentOf(file);
    if (found !== edit.before) return { file, found };
  }
  return undefined;
}

/** Writes them in their order, all or none. Rejects with the codes of `writeEdits`. */
export async function applyEdits(root: string, edits: readonly FileEdit[]): Promise<void> {
  for (const { file } of edits) if (!isPlainPath(file)) throw pathOutsideRoot(file, root);
  const done: FileEdit[] = [];
  try {
    for (const edit of edits) {
      await applyEdit(root, edit);
      done.push(edit);
    }
  } catch (error) {
    // As far as it goes: the failure that is told is the first one.
    for (const edit of done.reverse()) await applyEdit(root, backwardsEdit(edit)).catch(() => undefined);
    throw error;
  }
}

/** Ends edits that may have been begun; a file that is neither what it was nor what it was to be stays as it is. */
export async function settleEdits(root: string, edits: readonly FileEdit[]): Promise<void> {
  for (const edit of edits) {
    if (isPlainPath(edit.file) && (await contentOf(join(root, edit.file))) === edit.before) await applyEdit(root, edit);
  }
}

/** The opposite of some edits, in the order in which that makes sense. */
export function backwardsEdits(edits: readonly FileEdit[]): FileEdit[] {
  return edits.map(backwardsEdit).reverse();
}

async function applyEdit(root: string, { file: path, before, after, parts }: FileEdit): Promise<void> {
  const file = join(root, path);
  if (before !== '' && after !== '') {
    const edits = parts.map(({ start, removed, added }) => ({ start, end: start + removed.length, text: added }));
    await writeEdits({ file, sha256: before, edits });
    return;
  }
  try {
    const stillThat = async () => {
      // Nor is there a link that leads nowhere.
      const isMade = before === '' && (await isPresent(file));
      if (isMade || (await contentOf(file)) !== before) throw labelFileChanged(file);
    };
    await stillThat();
    if (after === '') await rm(file);
    else await replaceFile(file, [Buffer.from(parts[0]?.added ?? '', 'latin1')], stillThat);
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
}

/** Hex SHA-256; '' where there is no file. Rejects with unreadable-file. */
async function contentOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}

/** What bytes say that are a character each. */
function utf8Of(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}

/** Of a text with a character for each byte. */
function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
