import { ErrorCode, type LikenessError } from '../../core/errors.ts';
import { hostOf } from '../../core/hub/hubEndpoint.ts';
import { totalBytes, type HubPlan } from '../../core/hub/hubPlan.ts';
import { DEFAULT_REVISION, typedHubReference } from '../../core/hub/hubReference.ts';
import { precisionOf, variantOf } from '../../core/hub/modelChoice.ts';
import { formatBytes } from '../../core/progressText.ts';
import type { Choice } from '../training/choices.ts';

/** What is wrong with the name of a repository as it was typed; undefined where nothing is, or nothing is typed yet. */
export function repositoryProblem(text: string): string | undefined {
  if (text.trim() === '' || typedHubReference(text) !== undefined) return undefined;
  return 'Write OWNER/NAME, such as Xenova/dinov2-small; @REVISION and #FILE.onnx may follow. The address of its page works too.';
}

const precisions = {
  full: 'full precision',
  half: 'half precision: half the size, and nearly the same vectors',
  quantised: 'quantised: small, its vectors differ a little more, and it can’t be trained further',
} as const;

/** The files of a repository among which there is a choice. */
export function variantChoices(plans: readonly HubPlan[]): Choice<HubPlan>[] {
  return plans.map((plan) => {
    const variant = variantOf(plan.model);
    const size = formatBytes(totalBytes(plan));
    return {
      title: variant ?? plan.model.split('/').at(-1)!,
      description: plan.bytes === 0 ? `${size}, downloaded already` : size,
      detail: `${precisions[precisionOf(variant)]} (${plan.model})`,
      value: plan,
    };
  });
}

/** What a person agrees to: the question, and everything they should know. */
export function consentText(plan: HubPlan): { readonly message: string; readonly detail: string } {
  const { repository, revision, commit, endpoint, folder, licence, model, bytes, files, data } = plan;
  const total = totalBytes(plan);
  const part = bytes < total ? `, of which ${formatBytes(total - bytes)} are here already` : '';
  const at = revision === DEFAULT_REVISION || revision === commit ? '' : `${revision}, `;
  const lines = [
    `From: ${hostOf(endpoint)}`,
    `Repository: ${repository} (${at}commit ${commit.slice(0, 10)})`,
    `File: ${model}`,
    `Licence: ${licence ?? 'the repository states none; look at its page'}`,
    `Size: ${formatBytes(total)} in ${files.length + data.length} files${part}`,
    `Kept in: ${folder}, for all folders`,
    ...(plan.isRemembered ? ['The hub can’t be reached; this is what it said the last time.'] : []),
  ];
  return { message: `Download ${formatBytes(bytes)} for ${shortName(plan)}?`, detail: lines.join('\n') };
}

/** What an encoder of a repository is called while it comes. */
export function shortName({ repository, model }: Pick<HubPlan, 'repository' | 'model'>): string {
  const name = repository.split('/').at(-1)!;
  const variant = variantOf(model);
  return variant === undefined ? name : `${name} ${variant}`;
}

/** The page that a person reads before they agree. */
export function pageOf({
  endpoint,
  repository,
  revision,
}: Pick<HubPlan, 'endpoint' | 'repository' | 'revision'>): string {
  const tree = revision === DEFAULT_REVISION ? '' : `/tree/${encodeURIComponent(revision)}`;
  return `${endpoint}/${repository}${tree}`;
}

/** What may help where a repository or a download was refused. */
export type Remedy = 'page' | 'token' | 'again' | 'settings';

export function remediesOf({ code }: Pick<LikenessError, 'code'>): readonly Remedy[] {
  return remedies[code] ?? [];
}

const remedies: Partial<Record<ErrorCode, readonly Remedy[]>> = {
  [ErrorCode.RepositoryGated]: ['page', 'token'],
  [ErrorCode.RepositoryNotFound]: ['token'],
  [ErrorCode.HubUnreachable]: ['again'],
  [ErrorCode.HubBusy]: ['again', 'token'],
  [ErrorCode.HubAnswer]: ['again'],
  [ErrorCode.DownloadDamaged]: ['again'],
  [ErrorCode.DiskFull]: ['again'],
  [ErrorCode.Offline]: ['settings'],
};
