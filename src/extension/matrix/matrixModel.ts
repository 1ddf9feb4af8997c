import { Emitter } from 'vscode-jsonrpc/node';
import type { PairAction } from '../../core/decisions/decisionLines.ts';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { DecideRequest } from '../../protocol/decisions.ts';
import {
  matrixOrders,
  type MatrixGrid,
  type MatrixOrder,
  type MatrixReport,
  type MatrixSubject,
} from '../../protocol/matrix.ts';
import type { CaptionMatrix } from '../../protocol/captions.ts';
import {
  matrixShows,
  type MatrixChange,
  type MatrixImageNames,
  type MatrixShow,
  type MatrixState,
  type MatrixViewport,
} from '../../protocol/matrixView.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import { captionFigures, captionGrid, captionNames } from './captionGrid.ts';
import { figuresOf, matrixFailure, ownGrid, withDecision } from './matrixFigures.ts';
import { describeSubject, isSubject } from './matrixSubject.ts';

/** Subjects that one can go back through. */
const HISTORY = 20;

/** What survives a reload of the window. */
export type SavedMatrix = Pick<MatrixState, 'order' | 'show' | 'encoder' | 'viewport'> & {
  readonly subject: MatrixSubject | undefined;
};

export interface MatrixHost {
  readonly engine: EngineCaller;
  readonly decide: (request: DecideRequest) => Promise<unknown>;
  readonly trusted: () => boolean;
  /** Whether a job is under way that reaches a folder. */
  readonly indexing: (root: string) => boolean;
  readonly selection: () => SelectedImages | undefined;
  readonly select: (images: SelectedImages) => void;
  readonly save: (saved: SavedMatrix) => void;
}

type Content = Pick<
  MatrixState,
  'order' | 'show' | 'encoder' | 'progress' | 'failure' | 'captionFailure' | 'viewport' | 'version'
>;

const starting: Progress = { phase: 'Reading the index', done: 0, total: undefined, rate: 0, secondsLeft: undefined };

/** What the Similarity Matrix shows: the images that were chosen, and what the engine made of them. The newest request wins. */
export class MatrixModel {
  readonly #host: MatrixHost;
  readonly #latest = new Latest();
  readonly #captionsLatest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #history: MatrixSubject[] = [];
  /** Classes that images were given since the report, by path. */
  readonly #given = new Map<string, string>();
  #revision = 0;
  #subject: MatrixSubject | undefined;
  #report: MatrixReport | undefined;
  /** Of the images of the report, once they were asked for. */
  #captions: CaptionMatrix | undefined;
  #content: Content;

  constructor(host: MatrixHost, saved: SavedMatrix | undefined) {
    this.#host = host;
    const start = isUsable(saved) ? saved : undefined;
    this.#subject = start?.subject;
    this.#content = {
      order: start?.order ?? 'class',
      show: start?.show ?? 'cells',
      encoder: start?.encoder,
      viewport: start?.viewport,
      progress: undefined,
      failure: undefined,
      captionFailure: undefined,
      version: 0,
    };
  }

  get state(): MatrixState {
    const subject = this.#subject;
    const selection = this.#host.selection();
    const isHere = selection !== undefined && selection.root === this.#report?.root;
    const chosen = new Set(isHere ? selection.paths : []);
    const { show } = this.#content;
    const shown = chosen.size === 0 ? [] : this.#shownPaths;
    return {
      ...this.#content,
      show: show === 'groups' && this.#groups === undefined ? 'cells' : show,
      revision: this.#revision,
      trusted: this.#host.trusted(),
      indexing: subject !== undefined && this.#host.indexing(subject.root),
      subject: subject && describeSubject(subject),
      canGoBack: this.#history.length > 0,
      figures: this.#report && figuresOf(this.#report, this.#given),
      captions: this.#captions && captionFigures(this.#captions),
      outdated: this.#given.size > 0,
      selected: Uint32Array.from([...shown.keys()].filter((number) => chosen.has(shown[number]!))),
      selection: isHere ? selection.paths.length : 0,
    };
  }

  get subject(): MatrixSubject | undefined {
    return this.#subject;
  }

  /** Of the figures that are shown. */
  get root(): string | undefined {
    return this.#report?.root;
  }

  get classes(): readonly string[] {
    return this.#report?.classes ?? [];
  }

  /** The images by their numbers, which are others where they are compared with captions. */
  imagesOf(show: MatrixShow): MatrixImageNames | undefined {
    const report = this.#report;
    if (show === 'captions') return report && this.#captions && captionNames(this.#captions, report);
    return report && { paths: report.paths, classOf: report.classOf.slice() };
  }

  /** Undefined where no images are shown. @param show images are shown where there are no groups */
  gridOf(order: MatrixOrder, show: MatrixShow): MatrixGrid | undefined {
    if (this.#report === undefined || !matrixOrders.includes(order)) return undefined;
    if (show === 'captions') return this.#captions && captionGrid(this.#captions, this.#report, order);
    const { cells, groups } = this.#report.arrangements[order];
    return ownGrid(show === 'groups' ? (groups ?? cells) : cells);
  }

  /** Means of classes or clusters, where there are several. */
  get #groups(): MatrixGrid | undefined {
    return this.#report?.arrangements[this.#content.order].groups;
  }

  /** True where images have been neither compared nor refused, as after a reload. */
  get isWaiting(): boolean {
    const { progress, failure } = this.#content;
    return this.#subject !== undefined && progress === undefined && this.#report === undefined && failure === undefined;
  }

  /** Shows other images. */
  async show(subject: MatrixSubject): Promise<void> {
    const isOther = JSON.stringify(subject) !== JSON.stringify(this.#subject);
    if (this.#subject && isOther) this.#history.push(this.#subject);
    if (this.#history.length > HISTORY) this.#history.shift();
    await this.#turnTo(subject);
  }

  /** Shows what was shown before. */
  async back(): Promise<void> {
    const before = this.#history.pop();
    if (before) await this.#turnTo(before);
  }

  /** Shows some of the images alone. */
  async narrow(images: Uint32Array): Promise<void> {
    const paths = this.pathsOf(images);
    if (this.#report && paths.length > 0) await this.show({ root: this.#report.root, paths });
  }

  /** The images by their numbers; numbers that mean nothing are left out. */
  pathsOf(images: Uint32Array): string[] {
    const paths = this.#shownPaths;
    return [...images].flatMap((image) => paths[image] ?? []);
  }

  /** Of the images by the numbers that the page knows. */
  get #shownPaths(): readonly string[] {
    return (this.#content.show === 'captions' ? this.#captions : this.#report)?.paths ?? [];
  }

  /** Of all images that are shown. */
  get paths(): readonly string[] {
    return this.#report?.paths ?? [];
  }

  /** Changes what a control stands for. */
  async change(change: MatrixChange): Promise<void> {
    if ('viewport' in change) {
      // The page's own: it needs no answer.
      this.#content = { ...this.#content, viewport: change.viewport };
      this.#save();
    } else if ('order' in change) {
      if (!matrixOrders.includes(change.order)) return;
      const show = matrixShows.find((known) => known === change.show) ?? 'cells';
      this.#set({ order: change.order, show, viewport: undefined });
      this.#save();
      await this.#readCaptions();
    } else {
      this.#set({ encoder: change.encoder });
      await this.refresh();
    }
  }

  /** Makes images the window's selection. */
  select(images: Uint32Array): void {
    if (this.#report) this.#host.select({ root: this.#report.root, paths: this.pathsOf(images) });
  }

  /** Compares the images again. Failures become part of the state. */
  async refresh(): Promise<void> {
    const subject = this.#subject;
    this.#save();
    if (!subject || !this.#host.trusted()) {
      this.touch();
      return;
    }
    this.#set({ progress: starting, failure: undefined });
    try {
      const report = await this.#latest.run((signal) => this.#compare(subject, signal));
      if (report) this.#take(report);
      await this.#readCaptions();
    } catch (error) {
      if (isCancellation(error)) {
        this.#set({ progress: undefined });
        return;
      }
      this.#report = undefined;
      this.#set({ progress: undefined, failure: matrixFailure(asLikenessError(error)) });
    }
  }

  /** What was shown before stays. */
  cancel(): void {
    this.#latest.abort();
    this.#captionsLatest.abort();
    // Who doesn't wait for captions looks at the images' own matrix again.
    const isUnanswered =
      this.#content.show === 'captions' && this.#report !== undefined && this.#captions === undefined;
    this.#set({ progress: undefined, ...(isUnanswered && { show: 'cells' }) });
  }

  /** Something that the state shows has changed elsewhere. */
  touch(): void {
    this.#set({});
  }

  /** Writes down what a person says of two images; undefined takes it back. */
  async decide(paths: readonly [string, string], action: PairAction | undefined): Promise<void> {
    const root = this.#report?.root;
    if (root === undefined) return;
    await this.#host.engine.call('decisions/pair', { root, paths, action });
    if (this.#report) this.#report = withDecision(this.#report, paths, action);
    this.touch();
  }

  /** Gives an image another class; undefined takes that back. The figures stay until they are computed again. */
  async relabel(path: string, label: string | undefined): Promise<void> {
    const root = this.#report?.root;
    if (root === undefined) return;
    const decision = { action: 'relabel', value: label ?? this.#given.get(path) ?? '' } as const;
    await this.#host.decide({ root, paths: [path], decision, ...(label === undefined && { undo: true }) });
    if (label === undefined) this.#given.delete(path);
    else this.#given.set(path, label);
    this.touch();
  }

  dispose(): void {
    this.#latest.abort();
    this.#captionsLatest.abort();
  }

  async #turnTo(subject: MatrixSubject): Promise<void> {
    // Another dataset needn't have captions.
    const isLeft = this.#content.show === 'captions' && subject.root !== this.#subject?.root;
    this.#subject = subject;
    this.#set({ viewport: undefined, ...(isLeft && { show: 'cells' }) });
    await this.refresh();
  }

  #compare(subject: MatrixSubject, signal: AbortSignal): Promise<MatrixReport> {
    const { encoder } = this.#content;
    return this.#host.engine.call(
      'matrix/compare',
      { ...subject, ...(encoder !== undefined && { encoder }) },
      this.#following(signal),
    );
  }

  #take(report: MatrixReport): void {
    this.#report = report;
    this.#captionsLatest.abort();
    this.#captions = undefined;
    this.#given.clear();
    this.#set({ progress: undefined, captionFailure: undefined, version: this.#content.version + 1 });
  }

  /** Compares the images with captions where that is what is shown, and it wasn't done yet. */
  async #readCaptions(): Promise<void> {
    const report = this.#report;
    if (this.#content.show !== 'captions' || report === undefined || this.#captions !== undefined) return;
    const { root, paths, encoder } = report;
    const own = this.#content.encoder === undefined ? {} : { encoder: encoder.id };
    this.#set({ progress: starting, captionFailure: undefined });
    try {
      const found = await this.#captionsLatest.run((signal) =>
        this.#host.engine.call('captions/matrix', { root, paths, ...own }, this.#following(signal)),
      );
      if (found === undefined || report !== this.#report) return;
      this.#captions = found;
      this.#set({ progress: undefined });
    } catch (error) {
      if (report !== this.#report) return;
      const isStopped = isCancellation(error);
      this.#set({ progress: undefined, ...(!isStopped && { captionFailure: failureOf(asLikenessError(error)) }) });
    }
  }

  #following(signal: AbortSignal) {
    return {
      signal,
      onProgress: (progress: Progress) => {
        if (!signal.aborted) this.#set({ progress });
      },
    };
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }

  #save(): void {
    const { order, show, encoder, viewport } = this.#content;
    this.#host.save({ subject: this.#subject, order, show, encoder, viewport });
  }
}

/** What an older version has saved may be of another form. */
function isUsable(saved: SavedMatrix | undefined): saved is SavedMatrix {
  return (
    saved !== undefined &&
    (saved.subject === undefined || isSubject(saved.subject)) &&
    matrixOrders.includes(saved.order) &&
    isViewport(saved.viewport)
  );
}

function isViewport(viewport: MatrixViewport | undefined): boolean {
  if (viewport === undefined) return true;
  const { x, y, size } = viewport;
  return [x, y, size].every((value) => Number.isFinite(value));
}
