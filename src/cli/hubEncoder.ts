import { downloadDeclined, downloadUnasked } from '../core/hub/hubErrors.ts';
import { totalBytes, type HubPlan } from '../core/hub/hubPlan.ts';
import type { JobContext } from '../core/progress.ts';
import { formatBytes } from '../core/progressText.ts';
import type { AddedEncoder } from '../core/encoders/card.ts';
import { shownLines } from '../core/shownText.ts';
import type { HubService } from '../engine/hub/hubService.ts';
import type { HubPlanRequest } from '../protocol/hub.ts';
import { recommendedEncoders, recommendedReference } from '../engine/hub/recommended.ts';
import { confirm, isAttended, type Terminal } from './confirm.ts';
import { hubArgument } from './paths.ts';

export interface HubAddition extends HubPlanRequest {
  /** The dataset's root. */
  readonly root: string;
  /** True where nobody is to be asked. */
  readonly yes: boolean;
}

/** A reference to the hub for what was typed: a repository, or a recommended encoder's id; undefined for anything else. */
export function hubReferenceFor(text: string): string | undefined {
  const recommended = recommendedEncoders().find(({ id }) => id === text);
  return recommended === undefined ? hubArgument(text) : recommendedReference(recommended);
}

/**
 * Downloads an encoder from the hub, after it was said what that is and somebody at the terminal has agreed, and adds it to a
 * dataset. Rejects with cancelled where they don't, with usage where nobody is there to agree, and with the codes of
 * `HubService`.
 */
export async function addFromHub(
  hub: HubService,
  { root, yes, ...request }: HubAddition,
  terminal: Terminal,
  job: JobContext,
): Promise<AddedEncoder> {
  let plan = await hub.plan(request, job);
  if (plan.isRemembered && !plan.offline) {
    terminal.output.write(`The hub can't be reached; ${plan.repository} is taken as it was the last time.\n`);
  }
  for (;;) {
    if (plan.bytes > 0) {
      terminal.output.write(`${shownLines(announcement(plan))}\n`);
      if (!yes && !isAttended(terminal)) throw downloadUnasked();
      if (!yes && !(await confirm('Download it?', terminal, job.signal))) throw downloadDeclined();
    }
    const outcome = await hub.download(plan, job);
    if ('file' in outcome) return hub.add(plan, outcome.file, root);
    plan = outcome.further;
  }
}

/** Everything a person should know before it is downloaded. */
export function announcement(plan: HubPlan): string {
  const { repository, commit, licence, model, files, data, bytes } = plan;
  const total = totalBytes(plan);
  const half = files.find(({ path }) => path !== model && path.endsWith('.onnx'));
  const names = half === undefined ? model : `${model} with ${half.path} for texts`;
  const rest = bytes < total ? `, of which ${formatBytes(bytes)} are missing` : '';
  return [
    `${repository} at ${commit.slice(0, 10)}: ${names}, ${formatBytes(total)} in ${files.length + data.length} files${rest}.`,
    `Licence: ${licence ?? 'the repository states none; look at its page'}.`,
  ].join('\n');
}
