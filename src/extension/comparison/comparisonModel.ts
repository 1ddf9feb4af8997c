import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import { disagreementOrders } from '../../core/evaluation/neighborhoodAgreement.ts';
import { comparePair, disagreedQueries, type DisagreedQuery } from '../../core/evaluation/neighborhoods.ts';
import type { Progress } from '../../core/progress.ts';
import {
  MOST_QUERIES,
  neighborCounts,
  type ComparisonChange,
  type ComparisonFigures,
  type ComparisonState,
  type ComparisonViewRequests,
} from '../../protocol/comparisonView.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import type { EvaluateRequest, EvaluationReport } from '../../protocol/evaluation.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';
import { figuresOf, isChange, isPair } from './comparisonFigures.ts';

/** What is compared. */
export interface ComparisonSubject {
  /** Absolute. */
  readonly root: string;
  readonly question: Omit<EvaluateRequest, 'folder' | 'scan' | 'neighborhood'>;
}

/** What survives a reload of the window. */
export type SavedComparison = Pick<ComparisonState, 'neighbors' | 'order'> & {
  readonly subject: ComparisonSubject | undefined;
};

export interface ComparisonHost {
  readonly engine: EngineCaller;
  readonly scanSettings: (folder: string) => ScanSettings;
  readonly trusted: () => boolean;
  /** Id of the encoder that a dataset is looked at with. */
  readonly inUse: (root: string) => string | undefined;
  readonly save: (saved: SavedComparison) => void;
}

type Content = Pick<ComparisonState, 'progress' | 'failure' | 'version' | 'pair' | 'neighbors' | 'order' | 'usable'>;

const starting: Progress = { phase: 'Reading the index', done: 0, total: undefined, rate: 0, secondsLeft: undefined };

/** What Compare Encoders shows: the encoders that were chosen, and what the engine measured. The newest request wins. */
export class ComparisonModel {
  readonly #host: ComparisonHost;
  readonly #latest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #revision = 0;
  #subject: ComparisonSubject | undefined;
  #report: EvaluationReport | undefined;
  #figures: ComparisonFigures | undefined;
  #content: Content;

  constructor(host: ComparisonHost, saved: SavedComparison | undefined) {
    this.#host = host;
    const start = isUsable(saved) ? saved : undefined;
    this.#subject = start?.subject;
    this.#content = {
      progress: undefined,
      failure: undefined,
      version: 0,
      pair: [0, 1],
      neighbors: start?.neighbors ?? 10,
      order: start?.order ?? 'different',
      usable: [],
    };
  }

  get state(): ComparisonState {
    const root = this.#report?.protocol.root ?? this.#subject?.root;
    return {
      ...this.#content,
      revision: this.#revision,
      trusted: this.#host.trusted(),
      name: this.#subject && path.basename(this.#subject.root),
      asked: this.#subject?.question.encoders ?? [],
      figures: this.#figures,
      inUse: root === undefined ? undefined : this.#host.inUse(root),
    };
  }

  get subject(): ComparisonSubject | undefined {
    return this.#subject;
  }

  /** Of the figures that are shown. */
  get report(): EvaluationReport | undefined {
    return this.#report;
  }

  /** Compares other encoders, or other images. */
  async show(subject: ComparisonSubject): Promise<void> {
    // Figures of other images say nothing while these are compared.
    if (subject.root !== this.#subject?.root) this.#take(undefined, []);
    this.#subject = subject;
    await this.refresh();
  }

  /** Compares again. Failures become part of the state. */
  async refresh(): Promise<void> {
    const subject = this.#subject;
    this.#save();
    if (!subject || !this.#host.trusted()) {
      this.touch();
      return;
    }
    this.#set({ progress: starting, failure: undefined });
    try {
      await this.#latest.run(async (signal) => {
        const report = await this.#evaluate(subject, signal);
        const cards = await this.#host.engine.call('encoders/list', { folder: report.protocol.root });
        if (signal.aborted) return;
        const ids = new Set(cards.map(({ id }) => id));
        const usable = report.encoders.map(({ id }) => id).filter((id) => ids.has(id));
        this.#take(report, usable);
      });
    } catch (error) {
      if (isCancellation(error)) {
        this.#set({ progress: undefined });
        return;
      }
      this.#take(undefined, []);
      this.#set({ failure: failureOf(asLikenessError(error)) });
    }
  }

  /** What was shown before stays. */
  cancel(): void {
    this.#latest.abort();
    this.#set({ progress: undefined });
  }

  /** Something that the state shows has changed elsewhere. */
  touch(): void {
    this.#set({});
  }

  /** Changes what a control stands for; what there is not is left alone. */
  change(change: ComparisonChange): void {
    if (!isChange(change, this.#report?.encoders.length ?? 0)) return;
    this.#set(change);
    if ('neighbors' in change && this.#report) {
      this.#figures = figuresOf(this.#report, change.neighbors);
      this.touch();
    }
    this.#save();
  }

  /** Undefined where other figures are shown by now. */
  queries({
    version,
    pair,
    neighbors,
    order,
  }: ComparisonViewRequests['comparison/queries']['params']): DisagreedQuery[] | undefined {
    const { neighborhoods, encoders = [] } = this.#report ?? {};
    if (!neighborhoods || version !== this.#content.version || !isPair(pair, encoders.length)) return undefined;
    if (!isChange({ neighbors }, 0) || !isChange({ order }, 0)) return undefined;
    const count = Math.min(neighbors, neighborhoods.count);
    return disagreedQueries(neighborhoods, comparePair(neighborhoods, pair, count), {
      ...{ count, order, most: MOST_QUERIES },
    });
  }

  dispose(): void {
    this.#latest.abort();
  }

  #evaluate({ root, question }: ComparisonSubject, signal: AbortSignal): Promise<EvaluationReport> {
    const request = { folder: root, scan: this.#host.scanSettings(root), ...question };
    return this.#host.engine.call(
      'evaluation/run',
      { ...request, neighborhood: Math.max(...neighborCounts) },
      {
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) this.#set({ progress });
        },
      },
    );
  }

  #take(report: EvaluationReport | undefined, usable: readonly string[]): void {
    this.#report = report;
    this.#figures = report && figuresOf(report, this.#content.neighbors);
    const pair = isPair(this.#content.pair, report?.encoders.length ?? 0) ? this.#content.pair : ([0, 1] as const);
    this.#set({ progress: undefined, version: this.#content.version + 1, usable, pair });
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }

  #save(): void {
    const { neighbors, order } = this.#content;
    this.#host.save({ subject: this.#subject, neighbors, order });
  }
}

/** What an older version has saved may be of another form. */
function isUsable(saved: SavedComparison | undefined): saved is SavedComparison {
  if (saved === undefined) return false;
  const { subject, neighbors, order } = saved as Partial<SavedComparison>;
  const isSubject = subject === undefined || (typeof subject.root === 'string' && typeof subject.question === 'object');
  return (
    isSubject && neighborCounts.some((count) => count === neighbors) && disagreementOrders.some((o) => o === order)
  );
}
