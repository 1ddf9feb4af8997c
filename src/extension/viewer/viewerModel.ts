import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { imagesOf } from '../../core/curation/answers.ts';
import type { Finding } from '../../core/curation/findings.ts';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { Box } from '../../core/images/boxes.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import type { ViewedPicture } from '../../protocol/viewer.ts';
import type { ViewedFinding, ViewerSearch, ViewerState } from '../../protocol/viewerView.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';

export interface ViewerHost {
  readonly engine: EngineCaller;
  readonly scanSettings: (file: string) => ScanSettings;
  /** How many similar images are shown. */
  readonly count: () => number;
  readonly trusted: () => boolean;
  /** Whether a job is under way that reaches a file. */
  readonly indexing: (file: string) => boolean;
  /** What is open of the last check of a dataset; undefined where it wasn't checked. Reads it where it isn't known. */
  readonly findingsOf: (root: string) => Promise<readonly Finding[] | undefined>;
}

type Content = Pick<ViewerState, 'picture' | 'images' | 'image' | 'failure' | 'findings' | 'similar' | 'region'>;

const nothingFound: ViewerSearch = {
  searching: false,
  results: undefined,
  searchedRegions: undefined,
  failure: undefined,
};

/** One image that is looked at, what is known of it, and what is like it or like a part of it. */
export class ViewerModel {
  /** Absolute. */
  readonly file: string;
  readonly #host: ViewerHost;
  readonly #reading = new Latest();
  readonly #similar = new Latest();
  readonly #region = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #revision = 0;
  #content: Content = {
    ...{ picture: 0, images: 0, image: undefined, failure: undefined, findings: undefined },
    ...{ similar: nothingFound, region: undefined },
  };

  constructor(file: string, host: ViewerHost) {
    this.file = file;
    this.#host = host;
  }

  get state(): ViewerState {
    return {
      ...this.#content,
      revision: this.#revision,
      name: path.basename(this.file),
      trusted: this.#host.trusted(),
      indexing: this.#host.indexing(this.file),
    };
  }

  /** The dataset that the image lies in; undefined where there is none, or it isn't read yet. */
  get root(): string | undefined {
    return this.#content.image?.root;
  }

  /** Reads what is known of the image, and looks for similar ones. Failures become part of the state. */
  async refresh(): Promise<void> {
    if (!this.#host.trusted()) {
      this.#set({});
      return;
    }
    try {
      const image = await this.#reading.run((signal) =>
        this.#host.engine.call('viewer/image', { file: this.file }, { signal }),
      );
      if (image === undefined) return;
      this.#set({ image, failure: undefined });
    } catch (error) {
      this.#set({ image: undefined, failure: failureOf(asLikenessError(error)) });
      return;
    }
    await Promise.all([this.readFindings(), this.#searchSimilar(), this.#searchRegion()]);
  }

  /** The file has changed, or the images it is compared with: thumbnails may be old, and so may the results. */
  async imagesChanged({ picture = false }: { readonly picture?: boolean } = {}): Promise<void> {
    const { images, picture: shown } = this.#content;
    this.#set({ images: images + 1, ...(picture && { picture: shown + 1 }) });
    await this.refresh();
  }

  /** Looks for what is like a part of the picture; without one no more. */
  async search(box: Box | undefined): Promise<void> {
    this.#region.abort();
    this.#set({ region: box && { ...nothingFound, box } });
    await this.#searchRegion();
  }

  /** Settings or jobs that the state shows have changed. */
  touch(): void {
    this.#set({});
  }

  async readFindings(): Promise<void> {
    const image = this.#content.image;
    if (image?.root === undefined) return;
    // What can't be told is missing beside the picture, which is shown without it.
    const findings = await this.#host.findingsOf(image.root).catch(() => undefined);
    this.#set({ findings: findings?.filter((finding) => imagesOf(finding).includes(image.path)).map(shownFinding) });
  }

  /** The picture for the page, or why it can't be shown. */
  async picture(decode: boolean): Promise<ViewedPicture | PanelFailure> {
    try {
      const { maxMegapixels } = this.#host.scanSettings(this.file);
      const picture = await this.#host.engine.call('viewer/picture', {
        file: this.file,
        decode,
        ...(maxMegapixels !== undefined && { maxMegapixels }),
      });
      // VS Code hands plain typed arrays to a webview as they are, but not Node's own kind of them.
      return { ...picture, bytes: new Uint8Array(picture.bytes) };
    } catch (error) {
      const failure = failureOf(asLikenessError(error));
      // Another image is opened elsewhere: there is nothing to pick here.
      return failure.remedy === 'pick' ? { ...failure, remedy: 'none' } : failure;
    }
  }

  dispose(): void {
    for (const work of [this.#reading, this.#similar, this.#region]) work.abort();
    this.#changed.dispose();
  }

  async #searchSimilar(): Promise<void> {
    const take = (similar: ViewerSearch): void => {
      this.#set({ similar });
    };
    await this.#search(this.#similar, this.#content.similar, undefined, take);
  }

  async #searchRegion(): Promise<void> {
    const { region } = this.#content;
    if (region === undefined) return;
    const { box } = region;
    const take = (search: ViewerSearch): void => {
      this.#set({ region: { ...search, box } });
    };
    await this.#search(this.#region, region, box, take);
  }

  async #search(
    latest: Latest,
    before: ViewerSearch,
    region: Box | undefined,
    take: (search: ViewerSearch) => void,
  ): Promise<void> {
    // In no dataset there is nothing to compare with, which the image itself tells.
    if (this.root === undefined) return;
    take({ ...before, searching: true, failure: undefined });
    const request = {
      image: this.file,
      count: this.#host.count(),
      scan: this.#host.scanSettings(this.file),
      ...(region && { region, regions: 'available' as const }),
    };
    try {
      const report = await latest.run((signal) => this.#host.engine.call('search/similar', request, { signal }));
      if (report === undefined) return;
      const { results, searchedRegions } = report;
      take({ searching: false, results, searchedRegions, failure: undefined });
    } catch (error) {
      if (!isCancellation(error)) take({ ...nothingFound, failure: failureOf(asLikenessError(error)) });
    }
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }
}

function shownFinding({ id, kind, severity, message }: Finding): ViewedFinding {
  return { id, kind, severity, message };
}
