import path from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { canStartTraining } from '../../core/encoders/trainingStart.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { nameTerm } from '../../core/filters/formatFilter.ts';
import type { Count, DatasetSummary, FailedFile, ImageFilter } from '../../protocol/engine.ts';
import type { SavedView } from '../../protocol/filters.ts';
import { rowContexts } from '../contract.ts';
import type { IndexingJob } from '../datasets/indexingJobs.ts';
import type { DatasetState } from '../datasets/datasets.ts';
import { formatCount, formatQuantity, progressCount, progressPace, progressPercent } from '../../core/progressText.ts';
import { findingsRow } from './findingRows.ts';

/** One row of the Embedding Explorer, before it becomes a tree item. */
export interface Row {
  /** Stable over refreshes. */
  readonly id: string;
  readonly context: (typeof rowContexts)[keyof typeof rowContexts];
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly children?: readonly Row[];
  readonly expanded?: boolean;
  /** The dataset's folder, absolute. */
  readonly folder: string;
  /** The file that the row stands for, absolute. */
  readonly file?: string;
  /** The images of the dataset that the row stands for, as a filter has it. */
  readonly where?: string;
  /** The same of classes and splits. */
  readonly filter?: ImageFilter;
  /** The class that it stands for, of which a word may be known too: its tooltip is `withWord`'s. */
  readonly ofClass?: string;
}

/**
 * No rows at all while nothing is indexed, so that the view shows its welcome.
 *
 * @param checked what the last check found of the datasets that were checked
 */
export function buildRows(
  states: readonly DatasetState[],
  jobs: readonly IndexingJob[],
  checked: readonly CheckReport[] = [],
): Row[] {
  const jobOf = (folder: string): IndexingJob | undefined => jobs.find((job) => job.folder === folder);
  const rows = states.map((state) =>
    datasetRow(
      state,
      jobOf(state.summary?.root ?? state.folder) ?? jobOf(state.folder),
      checked.find(({ root }) => root === state.summary?.root),
    ),
  );
  const shown = new Set(states.flatMap((state) => [state.folder, state.summary?.root]));
  for (const job of jobs) {
    if (!shown.has(job.folder)) rows.push(datasetRow(unknownFolder(job.folder), job));
  }
  const empty = states.every(({ summary, error }) => !summary && !error) && jobs.length === 0;
  return empty ? [] : rows;
}

/** The row that holds the one with this id. */
export function parentOf(rows: readonly Row[], id: string): Row | undefined {
  for (const row of rows) {
    const children = row.children ?? [];
    const parent = children.some((child) => child.id === id) ? row : parentOf(children, id);
    if (parent) return parent;
  }
  return undefined;
}

/** The row that lists a dataset's unreadable files. */
export function unreadableRow(rows: readonly Row[], root: string): Row | undefined {
  const dataset = rows.find(({ folder }) => folder === root);
  return dataset?.children?.find(({ id }) => id === unreadableId(dataset.id));
}

const unreadableId = (parent: string): string => `${parent}/unreadable`;

function unknownFolder(folder: string): DatasetState {
  return { folder, name: path.basename(folder), summary: undefined, error: undefined };
}

function datasetRow(
  { folder, name, summary, error }: DatasetState,
  job: IndexingJob | undefined,
  checked?: CheckReport,
): Row {
  const id = `dataset:${summary?.root ?? folder}`;
  const base = { id, label: name, folder: summary?.root ?? folder, tooltip: summary?.root ?? folder };
  const jobRows = job ? [jobRow(job, id)] : [];
  if (error) {
    const problem = { id: `${id}/error`, context: rowContexts.group, label: error.message, icon: 'error', folder };
    const children = [...jobRows, { ...problem, tooltip: error.message }];
    return {
      ...base,
      context: rowContexts.folder,
      description: 'not available',
      icon: 'warning',
      children,
      expanded: true,
    };
  }
  if (!summary) {
    const description = job ? 'being indexed' : 'not indexed yet';
    return { ...base, context: rowContexts.folder, description, icon: 'folder', expanded: true, children: jobRows };
  }
  return {
    ...base,
    context: rowContexts.dataset,
    description: formatQuantity(summary.images, 'image'),
    tooltip: datasetTooltip(summary),
    icon: 'database',
    expanded: true,
    children: [...jobRows, ...contentRows(summary, id), ...(checked ? [findingsRow(checked, id)] : [])],
  };
}

function datasetTooltip({ root, images, indexedAt, indexLocation }: DatasetSummary): string {
  const when = indexedAt === undefined ? 'not finished yet' : new Date(indexedAt).toLocaleString();
  return `${root}\n${formatQuantity(images, 'image')}, indexed: ${when}\nIndex: ${indexLocation}`;
}

function jobRow({ folder, progress }: IndexingJob, parent: string): Row {
  const base = { id: `${parent}/job`, context: rowContexts.job, icon: 'sync~spin', folder };
  if (!progress) return { ...base, label: 'Starting the engine' };
  const percent = progressPercent(progress);
  const details = [progressCount(progress), progressPace(progress)].filter((part) => part !== '').join(' · ');
  const label = percent === undefined ? progress.phase : `${percent} %`;
  return { ...base, label, description: details, tooltip: `${progress.phase}: ${details}` };
}

function contentRows(summary: DatasetSummary, parent: string): Row[] {
  const { root, encoder, classes, splits, tags, views, failed } = summary;
  const rows: Row[] = encoder ? [encoderRow(encoder, summary, parent)] : [];
  if (classes.length > 0) {
    const row = countsRow('Classes', 'tag', classes, parent, root);
    // Words are of the encoder's texts.
    const named = row.children?.map((child) => ({ ...child, ofClass: child.label }));
    rows.push({ ...row, ...(encoder?.text !== undefined && named && { children: named }) });
  }
  if (splits.length > 0) rows.push(countsRow('Splits', 'split-horizontal', splits, parent, root));
  if (tags.length > 0) rows.push(countsRow('Tags', 'bookmark', tags, parent, root));
  if (views.length > 0) rows.push(viewsRow(views, parent, root));
  if (failed.length > 0) rows.push(failuresRow(failed, parent, root));
  return rows;
}

function encoderRow(encoder: EncoderCard, summary: DatasetSummary, parent: string): Row {
  const { images, embedded, newerEncoder, root } = summary;
  const missing = images - embedded;
  // What is missing first: a long id is cut off where the view is narrow.
  const description =
    missing > 0
      ? `${formatCount(missing)} to embed · ${encoder.id}`
      : `${encoder.id} · ${newerEncoder ? 'older default' : `${encoder.output.dim} dim`}`;
  const advice = newerEncoder
    ? `${newerEncoder.name} is the default now and knows more of pictures: choose it here.`
    : 'Any ONNX image encoder can be chosen instead; a larger one knows more, and takes longer.';
  const id = `${parent}/encoder`;
  return {
    id,
    context: rowContexts.encoder,
    label: 'Encoder',
    description,
    tooltip: `${encoder.name}\n${encoder.id}, ${encoder.output.dim} dimensions\nSource: ${encoder.source}\n${advice}`,
    icon: 'symbol-misc',
    folder: root,
    children: strongerRows(encoder, summary, id),
  };
}

/** What would know more of the pictures, to be had by a click. */
function strongerRows(encoder: EncoderCard, { root, newerEncoder, classes }: DatasetSummary, parent: string): Row[] {
  const stronger: Row = {
    id: `${parent}/stronger`,
    context: rowContexts.strongerEncoder,
    label: newerEncoder ? 'Choose the newer default' : 'Choose a larger one',
    description: newerEncoder ? newerEncoder.name : 'knows more, takes longer',
    tooltip: 'Choose Encoder: the ones of this folder, those to download, or any ONNX image encoder',
    icon: 'arrow-up',
    folder: root,
  };
  const tuned: Row = {
    id: `${parent}/tuned`,
    context: rowContexts.tunedEncoder,
    label: 'Teach it your classes',
    description: 'fine-tunes it on your labels',
    tooltip: 'Fine-tune Encoder: a better one for these classes, and a classifier of them',
    icon: 'mortar-board',
    folder: root,
  };
  // Without two classes there is nothing to teach, and without a model that learns nobody to be taught.
  return classes.length > 1 && canStartTraining(encoder) ? [stronger, tuned] : [stronger];
}

/** What a class's row says when it is pointed at. @param words by class, where they aren't what the class is called */
export function withWord({ tooltip = '', ofClass = '' }: Row, words: Readonly<Record<string, string>>): string {
  const word = Object.hasOwn(words, ofClass) ? words[ofClass] : undefined;
  return word === undefined ? tooltip : `${tooltip}\nNearest word: ${word}`;
}

/** By what images of each row are found. */
const fields = { Classes: 'class', Splits: 'split', Tags: 'tag' } as const;

function countsRow(
  label: keyof typeof fields,
  icon: string,
  counts: readonly Count[],
  parent: string,
  folder: string,
): Row {
  const id = `${parent}/${label.toLowerCase()}`;
  const field = fields[label];
  const children = counts.map(({ name, count }) => ({
    id: `${id}/${name}`,
    context: label === 'Tags' ? rowContexts.tag : rowContexts.count,
    label: name,
    description: formatCount(count),
    tooltip: `${name}: ${formatQuantity(count, 'image')}`,
    icon: 'circle-small-filled',
    folder,
    where: nameTerm(field, name),
    ...(label !== 'Tags' && { filter: { [label === 'Classes' ? 'classes' : 'splits']: [name] } }),
  }));
  return { id, context: rowContexts.group, label, description: formatCount(counts.length), icon, folder, children };
}

function viewsRow(views: readonly SavedView[], parent: string, folder: string): Row {
  const id = `${parent}/views`;
  const children = views.map(({ name, filter, count, fault }): Row => {
    const base = { id: `${id}/${name}`, label: name, folder };
    if (fault !== undefined) {
      const description = 'not understood';
      const tooltip = `${filter}\n${fault} Correct it in .likeness/config.json, or delete it.`;
      return { ...base, context: rowContexts.brokenView, description, tooltip, icon: 'warning' };
    }
    const images = formatQuantity(count ?? 0, 'image');
    return {
      ...base,
      context: rowContexts.view,
      description: formatCount(count ?? 0),
      tooltip: `${filter}\n${images}`,
      icon: 'filter',
      where: filter,
    };
  });
  const description = formatCount(views.length);
  return { id, context: rowContexts.group, label: 'Saved Views', description, icon: 'filter', folder, children };
}

function failuresRow(failed: readonly FailedFile[], parent: string, folder: string): Row {
  const id = unreadableId(parent);
  const children = failed.map(({ path: file, code, message }) => ({
    id: `${id}/${file}`,
    context: rowContexts.failure,
    label: path.posix.basename(file),
    description: reasonOf(message, file),
    tooltip: `${message}\nCode: ${code}`,
    icon: 'file-media',
    folder,
    file: path.resolve(folder, file),
  }));
  const label = 'Unreadable files';
  return {
    id,
    context: rowContexts.group,
    label,
    description: formatCount(failed.length),
    icon: 'warning',
    folder,
    children,
  };
}

/** The sentence without the path it starts with, which the row's label tells already. */
function reasonOf(message: string, file: string): string {
  const start = message.indexOf(file);
  return start < 0 ? message : message.slice(start + file.length).trim();
}
