import { asLikenessError, ErrorCode, isCancellation, type LikenessError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { MapFigures, ShownMap } from '../../protocol/embeddingMap.ts';
import type { KeptMapName, LiveMap, MapChoice, OpenedMap, OpenMapRequest } from '../../protocol/maps.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';
import { movedRows } from './imageRows.ts';

/** Numbers for maps in the making; a window has one engine. */
let nextLive = 1;

const starting: Progress = { phase: 'Starting', done: 0, total: undefined, rate: 0, secondsLeft: undefined };

export interface MapSideOptions {
  readonly engine: EngineCaller;
  /** How often positions are asked for while they move. */
  readonly pollMs: number;
  /** Something that `shown` tells has changed. */
  readonly changed: () => void;
  /** Where points are that are still moving; the paths are told at first. */
  readonly moved: (live: LiveMap) => void;
}

/** How opening a map has ended. */
export type Opening =
  | { readonly outcome: 'opened'; readonly map: OpenedMap }
  | { readonly outcome: 'failed' | 'stopped'; readonly failure: PanelFailure }
  | { readonly outcome: 'overtaken' };

/** One of the panel's maps: how it is being made, and where its points are. */
export class MapSide {
  readonly #options: MapSideOptions;
  readonly #latest = new Latest();
  #stop: AbortController | undefined;
  #progress: Progress | undefined;
  #moving = false;
  #positions: Float32Array<ArrayBuffer> | undefined;
  #revision = 0;
  #opened: Omit<OpenedMap, 'positions' | 'paths' | 'cluster' | 'hasCaptions'> | undefined;
  /** Of the map at rest, or of one that moves where there was none before. */
  #encoder: OpenedMap['encoder'] | undefined;
  #choice: MapChoice | undefined;
  #missing = 0;
  /** Beside an older map. */
  failure: PanelFailure | undefined;

  constructor(options: MapSideOptions) {
    this.#options = options;
  }

  /** `rows × 2`. */
  get positions(): Float32Array<ArrayBuffer> | undefined {
    return this.#positions;
  }

  /** Changes with the positions. */
  get revision(): number {
    return this.#revision;
  }

  get figures(): MapFigures | undefined {
    return this.#opened?.figures;
  }

  get identity(): string | undefined {
    return this.#encoder?.identity;
  }

  /** What the map at rest is kept under. */
  get name(): KeptMapName | undefined {
    return this.#opened && this.#choice && { identity: this.#opened.encoder.identity, choice: this.#choice };
  }

  get isBusy(): boolean {
    return this.#progress !== undefined;
  }

  /** There is something to show of it. */
  get isShown(): boolean {
    return this.isBusy || this.#positions !== undefined || this.failure !== undefined;
  }

  get shown(): ShownMap {
    const { figures, placed, removed } = this.#opened ?? {};
    const encoder = this.#encoder;
    return {
      encoder: encoder && { id: encoder.id, dim: encoder.dim },
      points: this.#positions ? this.#revision : 0,
      moving: this.#moving,
      progress: this.#progress,
      figures,
      placed: placed ?? 0,
      removed: removed ?? 0,
      missing: this.#missing,
      failure: this.failure,
    };
  }

  /** Opens a map in place of what is being opened. What has been shown stays until there is something new. */
  async open(request: Omit<OpenMapRequest, 'live'>): Promise<Opening> {
    const live = nextLive++;
    const stop = new AbortController();
    this.#stop?.abort();
    this.#stop = stop;
    this.#progress = starting;
    this.failure = undefined;
    this.#options.changed();
    try {
      const map = await this.#latest.run((signal) => this.#ask({ ...request, live }, stop, signal));
      if (map === undefined) return { outcome: 'overtaken' };
      return { outcome: 'opened', map };
    } catch (error) {
      if (this.#stop !== stop) return { outcome: 'overtaken' };
      const failure = mapFailure(asLikenessError(error));
      return { outcome: isCancellation(error) ? 'stopped' : 'failed', failure };
    } finally {
      if (this.#stop === stop) {
        this.#progress = undefined;
        this.#stop = undefined;
      }
    }
  }

  /** Takes a map that was opened. @param positions in the order of the rows @param missing rows without a position */
  take(map: OpenedMap, choice: MapChoice, positions: Float32Array, missing: number): void {
    const { root, encoder, figures, placed, removed, notices } = map;
    this.#opened = { root, encoder, figures, placed, removed, notices, missing: map.missing };
    this.#encoder = encoder;
    this.#choice = choice;
    this.#missing = missing;
    this.#moving = false;
    this.place(positions);
  }

  /** Sets positions, which are copied: what came from another process lies amid the message that it came with. */
  place(positions: Float32Array): void {
    this.#positions = new Float32Array(positions);
    this.#revision++;
  }

  /** Positions on their way. */
  move(positions: Float32Array): void {
    this.#moving = true;
    this.place(positions);
  }

  /** Brings positions into the order of other rows. */
  reorder(before: Int32Array): void {
    if (this.#positions) this.place(movedRows(this.#positions, before));
  }

  /** Back to a map that was shown before one was begun, or to none. */
  settle(positions: Float32Array | undefined): void {
    this.#moving = false;
    if (positions) this.place(positions);
    else this.#positions = undefined;
  }

  /** No map at all. */
  clear(): void {
    this.dispose();
    this.#stop = undefined;
    this.#progress = undefined;
    this.settle(undefined);
    this.#opened = undefined;
    this.#encoder = undefined;
    this.#choice = undefined;
    this.failure = undefined;
  }

  cancel(): void {
    this.#stop?.abort();
  }

  dispose(): void {
    this.#latest.abort();
    this.#stop?.abort();
  }

  async #ask(request: OpenMapRequest, stop: AbortController, overtaken: AbortSignal): Promise<OpenedMap> {
    const { engine, pollMs, changed } = this.#options;
    const signal = AbortSignal.any([stop.signal, overtaken]);
    let isAsking = false;
    let isDone = false;
    let hasPaths = false;
    const look = async (): Promise<void> => {
      if (isAsking) return;
      isAsking = true;
      try {
        const live = await engine.call('maps/live', { live: request.live ?? 0, paths: !hasPaths }, { signal });
        if (live === undefined || isDone || signal.aborted) return;
        hasPaths = true;
        if (!this.#opened) this.#encoder = live.encoder;
        this.#options.moved(live);
      } catch {
        // The map itself tells what is wrong.
      } finally {
        isAsking = false;
      }
    };
    const timer = setInterval(() => void look(), pollMs);
    try {
      return await engine.call('maps/open', request, {
        signal,
        onProgress: (progress) => {
          if (signal.aborted || isDone) return;
          this.#progress = progress;
          changed();
        },
      });
    } finally {
      isDone = true;
      clearInterval(timer);
    }
  }
}

/** What the panel offers where a map can't be made. */
function mapFailure(error: LikenessError): PanelFailure {
  const failure = failureOf(error);
  switch (error.code) {
    case ErrorCode.TooFewImages:
    case ErrorCode.ImagesIdentical:
      return { ...failure, remedy: 'pick' };
    case ErrorCode.EmbeddingInvalid:
    case ErrorCode.IndexCorrupt:
      return { ...failure, remedy: 'index' };
    case ErrorCode.Cancelled:
      return { ...failure, message: 'The map was stopped before it was laid out.', remedy: 'retry' };
    default:
      return failure;
  }
}
