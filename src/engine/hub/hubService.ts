import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { posix } from 'node:path';
import type { AddedEncoder } from '../../core/encoders/card.ts';
import { ErrorCode, LikenessError } from '../../core/errors.ts';
import { filesNotDownloaded, noRoomToDownload, notDownloaded } from '../../core/hub/hubErrors.ts';
import type { HubFile } from '../../core/hub/hubListing.ts';
import type { HubPlan, RecommendedOffer } from '../../core/hub/hubPlan.ts';
import { formatHubReference, isCommit, parseHubReference, type HubReference } from '../../core/hub/hubReference.ts';
import { chooseModel, offeredModels, spareFiles, variantOf, type ModelWish } from '../../core/hub/modelChoice.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { HubConnection, HubDownload, HubPlanRequest, HubRequests } from '../../protocol/hub.ts';
import { namedData } from '../encoders/modelFiles.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { freeBytesOf, type FreeBytes } from '../store/freeBytes.ts';
import { downloadFile } from './download.ts';
import { fileAddress, fileRefusal, HubApi, type HubRepository } from './hubApi.ts';
import { HubCache } from './hubCache.ts';
import { hubSettings, type HubSettings } from './hubSettings.ts';
import { HttpClient } from './httpClient.ts';
import { recommendedEncoders, recommendedReference } from './recommended.ts';
import { sleepUntilAborted, type Sleep } from './retry.ts';

export interface HubOptions {
  /** The user's own, absolute. */
  readonly cacheFolder: string;
  readonly registry: EncoderRegistry;
  /** Read whenever something is asked for; what the environment says if left out, where the connection doesn't. */
  readonly settings?: (connection?: HubConnection) => HubSettings;
  readonly sleep?: Sleep;
  readonly freeBytes?: FreeBytes;
}

/** What is known of a repository that was asked for. */
interface Listed {
  readonly reference: HubReference;
  readonly repository: HubRepository;
  readonly endpoint: string;
  readonly isRemembered: boolean;
  readonly offline: boolean;
}

type Planned = Pick<HubPlan, 'files' | 'data' | 'revision' | 'endpoint' | 'isRemembered' | 'offline'> & {
  readonly model: HubFile;
};

interface Fetching {
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  readonly connection: HubConnection | undefined;
}

/** Left free on the disk by a download. */
const RESERVE_BYTES = 64 * 2 ** 20;
/** Why the hub can't be asked at the moment, while what it said before still holds. */
const UNANSWERED: readonly ErrorCode[] = [ErrorCode.HubUnreachable, ErrorCode.HubBusy];

/** Why one of several files can't be had or used, while the others can. */
const UNFIT: readonly ErrorCode[] = [ErrorCode.Offline, ErrorCode.EncoderInvalid];

/** Encoders from the Hugging Face hub: what would be downloaded, downloading it, adding it to a dataset. */
export class HubService {
  readonly #registry: EncoderRegistry;
  readonly #cache: HubCache;
  readonly #readSettings: (connection?: HubConnection) => HubSettings;
  readonly #sleep: Sleep;
  readonly #freeBytes: FreeBytes;

  constructor({ cacheFolder, registry, settings, sleep, freeBytes }: HubOptions) {
    this.#registry = registry;
    this.#cache = new HubCache(cacheFolder);
    this.#readSettings = settings ?? ((connection) => hubSettings(process.env, homedir(), connection));
    this.#sleep = sleep ?? sleepUntilAborted;
    this.#freeBytes = freeBytes ?? freeBytesOf;
  }

  /** Encoders worth trying, and models that are here already. Asks nothing of the network. */
  async offers(): Promise<HubRequests['hub/offers']['result']> {
    const downloaded = await this.#cache.models();
    const recommended = recommendedEncoders().map((encoder): RecommendedOffer => {
      const reference = recommendedReference(encoder);
      return { ...encoder, reference, isHere: downloaded.some((model) => model.reference === reference) };
    });
    return { recommended, downloaded };
  }

  /**
   * Finds out what has to be downloaded for an encoder, and downloads nothing. Rejects with usage, repository-not-found,
   * repository-gated, repository-without-model, several-models, offline, hub-unreachable, hub-busy or hub-answer.
   */
  async plan(request: HubPlanRequest, { signal }: Pick<JobContext, 'signal'>): Promise<HubPlan> {
    const listed = await this.#listed(request, signal);
    const { reference } = listed;
    return this.#planOf(listed, { file: reference.file, variant: request.variant });
  }

  /**
   * The same for each of the files among which a person may choose; one plan where the request says which, or there is no
   * other. Without a connection they are those that are here. Never empty.
   */
  async plans(request: HubPlanRequest, { signal }: Pick<JobContext, 'signal'>): Promise<HubPlan[]> {
    const listed = await this.#listed(request, signal);
    const { reference, repository } = listed;
    if (reference.file !== undefined || request.variant !== undefined)
      return [await this.#planOf(listed, { file: reference.file, variant: request.variant })];
    const plans: HubPlan[] = [];
    const unfit: unknown[] = [];
    for (const { path } of offeredModels(repository.repository, repository.files)) {
      try {
        plans.push(await this.#planOf(listed, { file: path }));
      } catch (error) {
        if (!(error instanceof LikenessError && UNFIT.includes(error.code))) throw error;
        unfit.push(error);
      }
    }
    if (plans.length === 0) throw unfit[0];
    return plans;
  }

  /**
   * Downloads what a plan names, as far as it isn't here. Killed at any moment, the next call goes on where it stopped.
   * Resolves with the path of the model, or with a larger plan where the model names further files as its weights, which
   * nobody has agreed to yet. Rejects with disk-full, download-damaged, cancelled, and the codes of `plan`.
   */
  async download(plan: HubPlan, context: JobContext, connection?: HubConnection): Promise<HubDownload> {
    const repository = await this.#cache.recall({ repository: plan.repository, revision: plan.commit });
    if (repository === undefined) throw notDownloaded(plan.repository, plan.commit);
    const meter = new ProgressMeter(context.report, () => performance.now());
    const onWait = () => {
      meter.start('Waiting for another download', undefined);
    };
    return this.#cache.whileLocked(plan.repository, context.signal, onWait, async () => {
      const model = plan.files.find(({ path }) => path === plan.model)!;
      const fetching: Fetching = { meter, signal: context.signal, connection };
      await this.#fetch(repository, plan, plan.files, fetching);
      const data = await this.#namedData(repository, model);
      const agreed = new Set(plan.data.map(({ path }) => path));
      if (data.some(({ path }) => !agreed.has(path))) {
        const further = await this.#planFor(repository, { ...plan, model, data });
        if (further.bytes > 0) return { further };
      }
      await this.#fetch(repository, plan, data, fetching);
      await this.#cache.clean(repository);
      return { file: this.#cache.fileOf(repository, plan.model) };
    });
  }

  /** Adds a downloaded encoder to a dataset, where it is known by the card's id. Rejects with the codes of `inspectModel`. */
  async add(plan: HubPlan, file: string, root: string): Promise<AddedEncoder> {
    const { repository, commit, model, licence } = plan;
    const variant = variantOf(model);
    const name = repository.split('/')[1]!;
    return this.#registry.add(file, root, {
      name: variant === undefined ? name : `${name} ${variant}`,
      source: formatHubReference({ repository, revision: commit, file: model }),
      ...(licence !== undefined && { licence }),
    });
  }

  /** What the hub says, or what it said the last time where it can't be asked. */
  async #listed(request: HubPlanRequest, signal: AbortSignal): Promise<Listed> {
    const reference = parseHubReference(request.reference);
    const settings = this.#readSettings(request.connection);
    const offline = request.offline === true || settings.offline;
    const common = { reference, offline, endpoint: settings.endpoint };
    const remembered = await this.#cache.recall(reference);
    // A commit never changes.
    if (remembered !== undefined && isCommit(reference.revision)) {
      // So that it is known to be wanted, where that can be written down.
      await this.#cache.remember(reference.revision, remembered).catch(() => undefined);
      return { ...common, repository: remembered, isRemembered: false };
    }
    if (offline) {
      if (remembered === undefined) throw notDownloaded(reference.repository, reference.revision);
      return { ...common, repository: remembered, isRemembered: true };
    }
    const client = new HttpClient(settings);
    try {
      const repository = await new HubApi(client, settings, this.#sleep).list(reference, signal);
      await this.#cache.remember(reference.revision, repository);
      return { ...common, repository, isRemembered: false };
    } catch (error) {
      const isUnanswered = error instanceof LikenessError && UNANSWERED.includes(error.code);
      if (!isUnanswered || remembered === undefined) throw error;
      return { ...common, repository: remembered, isRemembered: true };
    } finally {
      client.dispose();
    }
  }

  async #planOf({ repository, reference, ...about }: Listed, wish: ModelWish): Promise<HubPlan> {
    const chosen = chooseModel(repository.repository, repository.files, wish);
    const { model, data } = chosen;
    const all = [...chosen.describing, ...chosen.text, model];
    for (const file of [...all, ...data]) await this.#cache.adopt(repository, file, false);
    // What was complete for an earlier version, which knew fewer files, is so still where no more can be had.
    const isAlone = about.offline || about.isRemembered;
    const spared = isAlone ? await this.#missing(repository, spareFiles(chosen)) : [];
    const files = all.filter((file) => !spared.includes(file));
    const choice = { ...about, revision: reference.revision, model, files, data };
    // A model that is here says itself which files of weights it needs.
    const isHere = await this.#cache.has(repository, model);
    return this.#planFor(repository, isHere ? { ...choice, data: await this.#namedData(repository, model) } : choice);
  }

  /** Rejects with offline where something is missing and may not be asked for. */
  async #planFor(repository: HubRepository, { model, ...plan }: Planned): Promise<HubPlan> {
    const { files, data, revision, endpoint, isRemembered, offline } = plan;
    const missing = await this.#missing(repository, [...files, ...data]);
    if (offline && missing.length > 0) throw filesNotDownloaded(repository.repository, missing);
    return {
      repository: repository.repository,
      revision,
      commit: repository.commit,
      endpoint,
      folder: this.#cache.folder,
      licence: repository.licence,
      model: model.path,
      files,
      data,
      bytes: await this.#bytesLeft(repository, missing),
      isRemembered,
      offline,
    };
  }

  /** Files of the repository that a model on this machine names as its weights. */
  async #namedData(repository: HubRepository, { path }: HubFile): Promise<HubFile[]> {
    const locations = await namedData(this.#cache.fileOf(repository, path));
    const named = new Set(locations.map((location) => posix.join(posix.dirname(path), location.replaceAll('\\', '/'))));
    return repository.files.filter((file) => named.has(file.path));
  }

  async #missing(repository: HubRepository, files: readonly HubFile[]): Promise<HubFile[]> {
    const present = await Promise.all(files.map((file) => this.#cache.has(repository, file)));
    return files.filter((_, i) => !present[i]);
  }

  /** Bytes of files that still have to arrive. */
  async #bytesLeft(repository: HubRepository, missing: readonly HubFile[]): Promise<number> {
    const arrived = await Promise.all(missing.map((file) => this.#cache.arrived(repository, file)));
    return missing.reduce((sum, { size }, i) => sum + size - arrived[i]!, 0);
  }

  async #fetch(
    repository: HubRepository,
    { offline }: HubPlan,
    wanted: readonly HubFile[],
    { meter, signal, connection }: Fetching,
  ): Promise<void> {
    for (const file of await this.#missing(repository, wanted)) await this.#cache.adopt(repository, file, true);
    const files = await this.#missing(repository, wanted);
    if (files.length === 0) return;
    const settings = this.#readSettings(connection);
    if (offline || settings.offline) throw filesNotDownloaded(repository.repository, files);
    const left = await this.#bytesLeft(repository, files);
    await this.#assertRoom(this.#cache.fileOf(repository, '.'), left);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    meter.start('Downloading', total, total - left, 'bytes');
    const client = new HttpClient(settings);
    try {
      let before = 0;
      for (const file of files) {
        await downloadFile({
          client,
          from: fileAddress(settings, repository, file.path),
          file,
          target: this.#cache.fileOf(repository, file.path),
          refusal: (answer) => fileRefusal(answer, repository, settings),
          signal,
          sleep: this.#sleep,
          onBytes: (arrived) => {
            meter.update(before + arrived);
          },
        });
        before += file.size;
      }
    } finally {
      client.dispose();
    }
    meter.finish();
  }

  async #assertRoom(folder: string, needed: number): Promise<void> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw writeFailure(folder, error) ?? error;
    }
    const free = await this.#freeBytes(folder);
    if (free !== undefined && free < needed + RESERVE_BYTES)
      throw noRoomToDownload(folder, needed + RESERVE_BYTES, free);
  }
}
