import type { AddedEncoder } from '../core/encoders/card.ts';
import type { DownloadedModel, HubPlan, RecommendedOffer } from '../core/hub/hubPlan.ts';

/** What a front door is set to. What it leaves out, the environment says. */
export interface HubConnection {
  /** Address of a mirror. */
  readonly endpoint?: string;
  /** Sent to the hub and to nobody else; never logged. */
  readonly token?: string;
  /** Asks nothing of the network. */
  readonly offline?: boolean;
  /** `http://HOST:PORT` or `https://…`, with a user's name and password where it wants them. */
  readonly proxy?: string;
  /** Hosts that are asked without the proxy; `*.example.com` and `host:port` are understood. */
  readonly noProxy?: readonly string[];
  /** False trusts any certificate. */
  readonly strictTls?: boolean;
}

export interface HubPlanRequest {
  /** `hf:OWNER/NAME[@REVISION][#FILE]` */
  readonly reference: string;
  /** `fp16`, `quantized`, …, where no file is named. */
  readonly variant?: string;
  /** Asks nothing of the network. */
  readonly offline?: boolean;
  readonly connection?: HubConnection;
}

/** The path of the model, or a larger plan where the model names further files as its weights, which nobody has agreed to yet. */
export type HubDownload = { readonly file: string } | { readonly further: HubPlan };

/** Encoders from the Hugging Face hub, or a mirror of it. */
export interface HubRequests {
  /** Encoders worth trying, and what is here already. Asks nothing of the network. */
  'hub/offers': {
    params: Record<string, never>;
    result: { readonly recommended: readonly RecommendedOffer[]; readonly downloaded: readonly DownloadedModel[] };
  };
  /** What would be downloaded: a plan for each of the files among which there is a choice. Downloads nothing. */
  'hub/plans': { params: HubPlanRequest; result: readonly HubPlan[] };
  /** Downloads what somebody has agreed to, going on where an earlier download stopped. Reports bytes. */
  'hub/download': { params: { readonly plan: HubPlan; readonly connection?: HubConnection }; result: HubDownload };
  /** Adds what was downloaded to a dataset. */
  'hub/add': {
    params: { readonly plan: HubPlan; readonly file: string; readonly folder: string };
    result: AddedEncoder;
  };
}
