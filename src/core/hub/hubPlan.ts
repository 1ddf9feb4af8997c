import { formatBytes } from '../progressText.ts';
import type { HubFile } from './hubListing.ts';

const MEGABYTE = 1e6;

/** What a person agrees to before anything is downloaded. */
export interface HubPlan {
  /** `OWNER/NAME` */
  readonly repository: string;
  /** The branch, tag or commit that was asked for. */
  readonly revision: string;
  readonly commit: string;
  /** Address of the hub or the mirror that it comes from. */
  readonly endpoint: string;
  /** The folder that it is kept in, for all datasets of a user; absolute. */
  readonly folder: string;
  /** As the repository states it; undefined where it states none. */
  readonly licence: string | undefined;
  /** The ONNX file, within the repository. */
  readonly model: string;
  /** What describes the model, its text half, and the model; what is on this machine already included. */
  readonly files: readonly HubFile[];
  /** Files of weights beside the model, as far as their names tell before the model has been read. */
  readonly data: readonly HubFile[];
  /** Bytes that still have to be downloaded. */
  readonly bytes: number;
  /** True where the hub couldn't be asked, so that this is what it said the last time. */
  readonly isRemembered: boolean;
  /** True where nothing may be asked of the network. */
  readonly offline: boolean;
}

/** An encoder worth trying, as `encoders/recommended.json` lists them. */
export interface RecommendedEncoder {
  readonly id: string;
  readonly name: string;
  /** What it is good at, for a person. */
  readonly goodAt: string;
  /** Sentence encoders, which read captions and see no images. */
  readonly encodes?: 'texts';
  readonly dim: number;
  /** Of the download with its text half, 10⁶ bytes: about, as a repository may change. Before a download the hub says it exactly. */
  readonly megabytes: number;
  /** Of the weights; missing where their repositories state none. */
  readonly licence?: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly file: string;
}

/** A recommended encoder as it is offered. */
export interface RecommendedOffer extends RecommendedEncoder {
  /** What it is added by: `hf:OWNER/NAME#FILE`. */
  readonly reference: string;
  /** True where nothing has to be downloaded, as far as is known without asking. */
  readonly isHere: boolean;
}

/** A model that was downloaded before, maybe for another dataset. */
export interface DownloadedModel {
  /** What it is added by: `hf:OWNER/NAME[@REVISION]#FILE`. */
  readonly reference: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  /** The ONNX file, within the repository. */
  readonly model: string;
  /** Of the model with its weights. */
  readonly bytes: number;
  /** As the repository states it; undefined where it states none. */
  readonly licence: string | undefined;
}

/** What downloads take on this machine. */
export interface HubCacheUsage {
  /** Absolute, whether there is anything in it or not. */
  readonly folder: string;
  readonly bytes: number;
  /** `OWNER/NAME`, sorted. */
  readonly repositories: readonly string[];
}

/** "about 89 MB" */
export function recommendedSize({ megabytes }: Pick<RecommendedEncoder, 'megabytes'>): string {
  return `about ${formatBytes(Math.round(megabytes) * MEGABYTE)}`;
}

/** Bytes of all files that a plan names, those that are here already included. */
export function totalBytes({ files, data }: Pick<HubPlan, 'files' | 'data'>): number {
  return [...files, ...data].reduce((sum, { size }) => sum + size, 0);
}
