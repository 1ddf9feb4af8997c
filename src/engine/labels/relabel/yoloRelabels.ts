import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { withEdits, type ByteEdit } from '../../../core/labels/relabel/byteEdits.ts';
import {
  noAnnotation,
  noNames,
  noSplit,
  numberTaken,
  severalClasses,
  sharedLabels,
} from '../../../core/labels/relabel/relabelReasons.ts';
import { addedNames } from '../../../core/labels/relabel/yoloNames.ts';
import { parseYoloLines, yoloLabelPath, type YoloDescription, type YoloLine } from '../../../core/labels/yoloLabels.ts';
import { grouped } from '../../../core/grouped.ts';
import type { RelabelChange, RelabelProblem, Relabelling } from '../../../protocol/relabels.ts';
import { labelFiles, readLabelFile } from '../sources/labelFiles.ts';
import { firstUse } from '../sources/yoloSource.ts';
import {
  parsedDescription,
  readYoloDescription,
  readYoloLines,
  yoloLabelFiles,
  yoloParts,
} from '../sources/yoloFile.ts';
import type { PlannedFile, RelabelPlan, RelabelWork } from './relabelPlan.ts';
import { shownFile } from './shownFile.ts';

/** An image whose lines can get another class. */
interface Rewritten {
  readonly relabelling: Relabelling;
  readonly file: string;
  readonly text: string;
  readonly lines: readonly YoloLine[];
}

/**
 * The lines of a YOLO data set that have to be of another class, and the names that have to be added for it, which are
 * written first. Rejects as `readKnownLabels` does.
 */
export async function planYoloRelabels({ dataset, paths, wanted }: RelabelWork): Promise<RelabelPlan> {
  const { root } = dataset;
  const file = labelFiles(dataset)[0]!;
  const { description } = await readYoloDescription(file);
  const parts = await yoloParts(root, file, description, paths);
  const listed = new Set(parts.flatMap((part) => part.paths));
  const { files, others } = await yoloLabelFiles(root, [...listed]);
  const sharing = grouped([...files], ([, labels]) => labels);
  const problems: RelabelProblem[] = [];
  const rewritten: Rewritten[] = [];
  for (const [path, relabelling] of wanted) {
    const labels = files.get(path);
    const outcome =
      labels === undefined
        ? listed.has(path)
          ? noAnnotation(yoloLabelPath(path))
          : noSplit(shownFile(root, file))
        : sharing.get(labels)!.some(([other]) => wanted.get(other)?.to !== relabelling.to)
          ? sharedLabels(shownFile(root, labels))
          : await linesOf(labels, relabelling, description, root);
    if (typeof outcome === 'string') problems.push({ ...relabelling, reason: outcome });
    else rewritten.push(outcome);
  }
  const texts = [...files.values(), ...others.map((one) => join(root, one))];
  const { codes, names, reason } = await numbersOf(root, file, description, rewritten, texts);
  const changes: RelabelChange[] = [];
  const planned = new Map<string, PlannedFile>();
  for (const { relabelling, file: labels, text, lines } of rewritten) {
    const code = codes.get(relabelling.to);
    if (code === undefined) {
      problems.push({ ...relabelling, reason });
      continue;
    }
    const edits = lines.map(({ start, end }): ByteEdit => ({ start, end, text: String(code) }));
    planned.set(labels, { file: labels, sha256: hashOf(text), edits });
    const where = { file: shownFile(root, labels), lines: lines.map(({ line }) => line) };
    changes.push({ ...relabelling, where });
  }
  return { changes, problems, files: [...(names ? [names] : []), ...planned.values()], moves: [] };
}

/**
 * The numbers of the classes, those that have to be added among them, what adds these to the names, and why those that have no
 * number get none.
 *
 * @param labels all text files
 */
async function numbersOf(
  root: string,
  file: string,
  description: YoloDescription,
  rewritten: readonly Rewritten[],
  labels: readonly string[],
): Promise<{ readonly codes: ReadonlyMap<string, number>; readonly names?: PlannedFile; readonly reason: string }> {
  const codes = new Map([...description.names].reverse().map(([code, name]) => [name, code]));
  const shown = shownFile(root, file);
  const unknown = [...new Set(rewritten.map(({ relabelling }) => relabelling.to))].filter((to) => !codes.has(to));
  if (unknown.length === 0) return { codes, reason: noNames(shown) };
  const next = Math.max(...description.names.keys()) + 1;
  const added = new Map(unknown.map((name, i) => [next + i, name]));
  // What uses a number without a name would be of the new class, unless all of its lines are replaced.
  const replaced = new Set(rewritten.map((own) => own.file));
  const taken = await firstUse(
    labels.filter((one) => !replaced.has(one)),
    added,
  );
  if (taken) return { codes, reason: numberTaken(shownFile(root, taken.file), taken.code, shown) };
  const names = await planNames(file, description, unknown);
  if (names !== undefined) for (const [code, name] of added) codes.set(name, code);
  return { codes, ...(names && { names }), reason: noNames(shown) };
}

/** What can be rewritten of an image's text file, or why nothing can. */
async function linesOf(
  file: string,
  relabelling: Relabelling,
  { names }: YoloDescription,
  root: string,
): Promise<Rewritten | string> {
  const text = await readYoloLines(file);
  const { lines } = parseYoloLines(text);
  if (lines.length === 0) return noAnnotation(shownFile(root, file));
  const classes = [...new Set(lines.map(({ code }) => names.get(code) ?? `the unknown ${code}`))];
  if (classes.length > 1) return severalClasses(shownFile(root, file), lines.length, classes);
  return { relabelling, file, text, lines };
}

/** Undefined where the names can't be added. */
async function planNames(
  file: string,
  description: YoloDescription,
  added: readonly string[],
): Promise<PlannedFile | undefined> {
  const text = (await readLabelFile(file, Infinity)).toString('latin1');
  const edits = addedNames(text, description.names, added);
  if (edits === undefined) return undefined;
  // What comes out is read as whoever trains reads it, and must say nothing else.
  const after = parsedDescription(Buffer.from(withEdits(text, edits), 'latin1').toString('utf8'));
  if ('fault' in after) return undefined;
  const next = Math.max(...description.names.keys()) + 1;
  const expected = [...description.names, ...added.map((name, i) => [next + i, name] as const)];
  const isRight =
    JSON.stringify([...after.names]) === JSON.stringify(expected) &&
    JSON.stringify([after.path, after.parts]) === JSON.stringify([description.path, description.parts]);
  return isRight ? { file, sha256: hashOf(text), edits } : undefined;
}

/** @param text a character for each byte */
function hashOf(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
}
