import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { labelsElsewhere, labelsIgnored, labelsNotCompared } from '../../core/curation/checkErrors.ts';
import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import { LikenessError } from '../../core/errors.ts';
import { labelRules } from '../../core/labels/labelRules.ts';
import { yoloLabelPath } from '../../core/labels/yoloLabels.ts';
import type { Dataset } from '../dataset.ts';
import { decisionsFile } from '../decisions/decisionFile.ts';
import { readKnownLabelsIfAny, type LabelledDataset } from '../labels/knownLabels.ts';
import { labelFiles, splitFiles } from '../labels/sources/labelFiles.ts';
import { yoloListFiles } from '../labels/sources/yoloFile.ts';
import { configFile, readConfig } from '../store/config.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { kindAt, restoreFile, type ChangedFiles } from './changedFiles.ts';
import { Renames } from './renames.ts';

/** What labels say otherwise than at a revision. */
export interface ChangedLabels {
  /** Images with another label or split, or that were excluded then; relative to the root. */
  readonly images: readonly string[];
  /** Files that were renamed, and have the label and split that they had: nothing of them is new. */
  readonly asBefore: ReadonlySet<string>;
  readonly notices: readonly LikenessError[];
}

/**
 * Images whose label or split is another one than at a revision, since the configuration, decisions or files of labels have
 * changed: a line of these can make a leak of two images that stay as they are. Where that can't be told, all images count.
 *
 * @param revision as a person named it
 * @param paths of all images, relative to the root
 */
export async function changedLabels(
  dataset: Dataset,
  revision: string,
  changed: ChangedFiles,
  paths: readonly string[],
): Promise<ChangedLabels> {
  const { root } = dataset;
  const then = await realpath(await mkdtemp(join(tmpdir(), 'likeness-since-')));
  try {
    return await new Comparison(dataset, then, revision, changed).images(paths);
  } catch (error) {
    if (!(error instanceof LikenessError)) throw error;
    // A configuration that made no sense then.
    const file = relativeToRoot(root, configFile(root))!;
    return { images: paths, asBefore: new Set(), notices: [labelsNotCompared(root, revision, file)] };
  } finally {
    await rm(then, { recursive: true, force: true });
  }
}

/** A file of the dataset, by the name that the configuration has for it, and by its own: it may be named by a link. */
interface TrackedFile {
  readonly named: string;
  /** With `/`. */
  readonly inGit: string;
}

class Comparison {
  readonly #dataset: Dataset;
  /** A folder in which files of the root lie as they were. */
  readonly #then: string;
  readonly #revision: string;
  readonly #changed: ChangedFiles;
  readonly #notices: LikenessError[] = [];
  /** Files that lie outside of the root, where git knows but the link that leads there. */
  readonly #elsewhere = new Set<string>();

  constructor(dataset: Dataset, then: string, revision: string, changed: ChangedFiles) {
    this.#dataset = dataset;
    this.#then = then;
    this.#revision = revision;
    this.#changed = changed;
  }

  async images(paths: readonly string[]): Promise<ChangedLabels> {
    const { root, config: now, store } = this.#dataset;
    const [configPath, decisionsPath] = [configFile(root), decisionsFile(root)].map((file) => this.#place(file)!);
    await this.#noteElsewhere([configPath!, decisionsPath!]);
    await this.#restore(configPath!);
    const before = readConfig(this.#then);
    const files = [...this.#filesOf(now), ...this.#filesOf(before), ...(await this.#yoloLists(now))];
    await this.#noteElsewhere(files);
    const [elsewhere] = this.#elsewhere;
    if (elsewhere !== undefined) this.#notices.push(labelsElsewhere(root, this.#revision, elsewhere));
    const ignored = files.find(({ inGit }) => this.#changed.ignored.has(inGit) && !this.#elsewhere.has(inGit));
    if (ignored) this.#notices.push(labelsIgnored(root, this.#revision, ignored.inGit));
    const ofImages = this.#ofYoloImages(now, paths);
    const areSame = ![configPath!, decisionsPath!, ...files].some((file) => this.#isChanged(file));
    const renames = new Renames(store, this.#changed.former);
    if (areSame && renames.paths.length === 0) {
      return { images: ofImages, asBefore: new Set(), notices: this.#notices };
    }
    const other = areSame
      ? undefined
      : (this.#notComparable(before, files) ?? (await this.#linkedThen([decisionsPath!, ...files])));
    if (other !== undefined) {
      const notice = labelsNotCompared(root, this.#revision, other);
      return { images: paths, asBefore: new Set(), notices: [...this.#notices, notice] };
    }
    if (!areSame) for (const file of [decisionsPath!, ...this.#filesOf(before)]) await this.#restore(file);
    const labelsThen = { ...comparable(areSame ? root : this.#then, before), store: renames.storeThen };
    const old = await readKnownLabelsIfAny(labelsThen, renames.pathsThen(paths));
    const current = await readKnownLabelsIfAny({ ...comparable(root, now), store }, paths);
    const isOther = (path: string) =>
      old.labelOf(path) !== current.labelOf(path) ||
      old.splitOf(path) !== current.splitOf(path) ||
      (old.isExcluded(path) && !current.isExcluded(path));
    const asBefore = renames.asBefore(old, current, now.labels?.source === 'yolo');
    const changed = areSame ? [] : paths.filter(isOther);
    const images = [...ofImages, ...changed].filter((path) => !asBefore.has(path));
    return { images, asBefore, notices: this.#notices };
  }

  /** Files that labels and splits come from; those outside of the root are read by nobody. */
  #filesOf(config: DatasetConfig): TrackedFile[] {
    const { root } = this.#dataset;
    const files = [...labelFiles({ root, config }), ...splitFiles({ root, config })];
    return files.flatMap((file) => this.#place(file) ?? []);
  }

  async #yoloLists(config: DatasetConfig): Promise<TrackedFile[]> {
    const [file] = config.labels?.source === 'yolo' ? labelFiles({ root: this.#dataset.root, config }) : [];
    if (file === undefined || this.#place(file) === undefined) return [];
    return (await yoloListFiles(file)).flatMap((list) => this.#place(list) ?? []);
  }

  #place(file: string): TrackedFile | undefined {
    const { root } = this.#dataset;
    const inGit = relativeToRoot(root, file);
    if (inGit === undefined) return undefined;
    const named = relative(root, resolve(root, file));
    return { inGit, named: named.startsWith('..') || isAbsolute(named) ? inGit : named };
  }

  #isChanged({ inGit }: TrackedFile): boolean {
    return this.#changed.files.has(inGit);
  }

  async #noteElsewhere(files: readonly TrackedFile[]): Promise<void> {
    const { root } = this.#dataset;
    for (const { inGit } of files) {
      const place = await realpath(join(root, inGit)).catch(() => undefined);
      if (place === undefined || relativeToRoot(root, place) !== undefined) continue;
      // One that was a file then can be compared with what it is now.
      if ((await kindAt(root, this.#changed.base, inGit)) !== 'file') this.#elsewhere.add(inGit);
    }
  }

  /** One that was a link, of which git knows no more than where it led to. */
  async #linkedThen(files: readonly TrackedFile[]): Promise<string | undefined> {
    const { root } = this.#dataset;
    for (const file of files) {
      if (!this.#isChanged(file) || this.#elsewhere.has(file.inGit)) continue;
      if ((await kindAt(root, this.#changed.base, file.inGit)) === 'link') return file.inGit;
    }
    return undefined;
  }

  /** Where labels of YOLO are the question, which may lie in any number of files. */
  #notComparable(before: DatasetConfig, files: readonly TrackedFile[]): string | undefined {
    const [then, now] = [before, this.#dataset.config].map(({ labels }) => labels);
    if (then?.source !== 'yolo' && now?.source !== 'yolo') return undefined;
    if (JSON.stringify(then) !== JSON.stringify(now)) return this.#place(configFile(this.#dataset.root))?.inGit;
    return files.find((file) => this.#isChanged(file))?.inGit;
  }

  #ofYoloImages({ labels }: DatasetConfig, paths: readonly string[]): string[] {
    if (labels?.source !== 'yolo') return [];
    return paths.filter((path) => this.#changed.files.has(yoloLabelPath(path)));
  }

  /** One of which git knows nothing is taken as it is. */
  async #restore({ inGit, named }: TrackedFile): Promise<void> {
    const target = join(this.#then, named);
    await mkdir(dirname(target), { recursive: true });
    const { root } = this.#dataset;
    const isThere =
      this.#elsewhere.has(inGit) || this.#changed.ignored.has(inGit)
        ? // What can't be read now says nothing now either.
          await copyFile(join(root, inGit), target).then(
            () => true,
            () => false,
          )
        : await restoreFile(root, this.#changed.base, inGit, target);
    if (!isThere) await rm(target, { force: true });
  }
}

/** What is left to compare of YOLO: what the configuration and decisions say. */
function comparable(root: string, config: DatasetConfig): LabelledDataset {
  const compared: DatasetConfig = config.labels?.source === 'yolo' ? { ...config, labels: { source: 'none' } } : config;
  return { root, config: compared, rules: labelRules(compared) };
}
