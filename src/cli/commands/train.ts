import { join } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';
import { selectedText } from '../../core/training/selectedText.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Engine } from '../../engine/engine.ts';
import type { PretrainPlan, RunKind, RunSummary, TrainingReport, TrainRequest } from '../../protocol/training.ts';
import type { Command, CommandOutput, Invocation, OptionSpec } from '../command.ts';
import { readImageList } from '../imageList.ts';
import { folderArgument, tensorFlowArgument } from '../paths.ts';
import { hasWhere, imagesWhere, whereOptions } from '../whereOption.ts';
import { settingsOf, trainSettingOptions } from './trainOptions.ts';

const options: Record<string, OptionSpec> = {
  ...trainSettingOptions,
  'tensorflow-module': {
    type: 'string',
    value: 'NAME|FOLDER',
    help: "the TensorFlow.js of --engine tensorflow; default: tfjs-node-gpu, else tfjs-node, of the dataset's node_modules",
  },
  images: {
    type: 'string',
    value: 'FILE',
    help: 'train on these images alone: a text file with a path a line, from the root or the current folder; -: standard input',
  },
  ...whereOptions,
  plan: { type: 'boolean', help: 'pretrain: only tell what the run would do and take' },
  in: { type: 'string', value: 'FOLDER', help: 'the dataset of a run; default: the current folder' },
};

export const trainCommand: Command = {
  name: 'train',
  usage:
    'train pretrain|finetune|distill|autoencoder|captions [folder] [--epochs N] [--images FILE|--where FILTER] | resume RUN | list | delete RUN',
  summary:
    'Teach an encoder on the images of a folder: without labels (pretrain: SimCLR), with some (finetune: SimCLRv2), by a larger encoder (distill), to reconstruct (autoencoder), or to find images by what is written about them (captions). The result is an ONNX encoder.',
  options,
  async run(invocation, engine, job) {
    const [action, subject, ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    const folder = folderArgument(invocation.text('in') ?? '.');
    const tensorFlow = tensorFlowOf(invocation);
    if (
      (invocation.text('images') !== undefined || hasWhere(invocation)) &&
      action !== undefined &&
      ['resume', 'list', 'delete'].includes(action)
    ) {
      throw usage(
        `${hasWhere(invocation) ? 'A filter' : '--images'} means nothing to train ${action}: a run keeps the images that it began with.`,
      );
    }
    switch (action) {
      case 'pretrain':
      case 'finetune':
      case 'distill':
      case 'autoencoder':
      case 'captions':
        return train(
          action,
          { ...tensorFlow, ...(await subjectOf(invocation, folderArgument(subject ?? '.'), engine)) },
          invocation,
          engine,
          job,
        );
      case 'resume':
        if (subject === undefined) throw usage('resume takes the id of a run; likeness train list names them.');
        return reportOutput(await engine.resumeRun({ folder, run: subject, ...tensorFlow }, job));
      case 'list': {
        const runs = await engine.listRuns({ folder: subject === undefined ? folder : folderArgument(subject) });
        return { json: { runs }, lines: runs.length === 0 ? ['There are no runs.'] : runs.map(runLine) };
      }
      case 'delete': {
        if (subject === undefined) throw usage('delete takes the id of a run; likeness train list names them.');
        const { bytes } = await engine.deleteRun({ folder, run: subject, encoder: false });
        return { json: { run: subject, bytes }, lines: [`Deleted ${subject}, ${megabytes(bytes)} are free again.`] };
      }
      default:
        throw usage(
          `train can pretrain, finetune, distill, autoencoder, captions, resume, list or delete, not "${action ?? ''}".\nUsage: likeness ${this.usage}`,
        );
    }
  },
};

async function train<Kind extends RunKind>(
  kind: Kind,
  where: Omit<TrainRequest<Kind>, 'settings'>,
  invocation: Invocation,
  engine: Engine,
  job: JobContext,
): Promise<CommandOutput> {
  const isPlan = invocation.flag('plan');
  if (isPlan && kind !== 'pretrain') throw usage(`--plan means nothing to train ${kind}; leave it out.`);
  if (isPlan) {
    return planOutput(await engine.planPretraining({ ...where, settings: settingsOf(invocation, 'pretrain') }, job));
  }
  return reportOutput(await engine.train(kind, { ...where, settings: settingsOf(invocation, kind) }, job));
}

function tensorFlowOf(invocation: Invocation): { readonly tensorFlowModule?: string } {
  const tensorFlowModule = tensorFlowArgument(invocation.text('tensorflow-module'));
  return tensorFlowModule === undefined ? {} : { tensorFlowModule };
}

/** The folder, and which of its images are named. */
async function subjectOf(
  invocation: Invocation,
  folder: string,
  engine: Engine,
): Promise<Pick<TrainRequest<RunKind>, 'folder' | 'images'>> {
  const file = invocation.text('images');
  const matching = await imagesWhere(invocation, engine, folder);
  if (matching) return { folder, images: matching.paths };
  return { folder, ...(file !== undefined && { images: await readImageList(file, engine.rootOf(folder)) }) };
}

function planOutput(plan: PretrainPlan): CommandOutput {
  const { images, heldOut, selected, settings, stepsPerEpoch, secondsPerStep, seconds, memoryBytes } = plan;
  const { network, size, batchImages, epochs, loss, temperature, augmentation, engine } = settings;
  return {
    json: plan,
    lines: [
      `${network} at ${size} px on ${formatQuantity(images, 'image')}${selected ? ` (${selectedText(selected)})` : ''}${heldOut > 0 ? `; ${formatCount(heldOut)} of the test split are left out` : ''}`,
      `  ${formatCount(epochs)} epochs of ${formatQuantity(stepsPerEpoch, 'step')} with ${batchImages} images; ${loss}, temperature ${temperature}, augmentation ${augmentation}`,
      `  ${secondsPerStep.toFixed(2)} s a step on this machine${engine === 'tensorflow' ? ' with TensorFlow.js' : ''}: about ${formatDuration(seconds)} in all, ${megabytes(memoryBytes)} of memory`,
    ],
    notes: plan.notices.map(({ message }) => message),
  };
}

function reportOutput({ run, notices }: TrainingReport): CommandOutput {
  const { id, encoder, seconds, metrics, epoch, kind, root, settings, computing } = run;
  const before = 'from' in settings && settings.from !== '' ? 'before' : 'untrained';
  const reconstructions =
    kind === 'autoencoder' ? join(root, '.likeness', 'runs', id, 'reconstructions.png') : undefined;
  return {
    json: {
      run: id,
      encoder,
      seconds,
      metrics,
      ...(wasAsked(run) && { computing }),
      ...(reconstructions !== undefined && { reconstructions }),
    },
    lines: [
      `${id}: ${formatQuantity(epoch, 'epoch')} in ${formatDuration(seconds)}${computedOn(run)}`,
      ...qualityLines(metrics, before),
      ...(reconstructions === undefined ? [] : [`  Reconstructions: ${reconstructions}`]),
      ...(encoder === undefined
        ? []
        : [`  The encoder is ${encoder}; use it with: likeness index --encoder ${encoder}`]),
    ],
    notes: notices.map(({ message }) => message),
  };
}

/** How well classes can be told, before and after. @param before what the encoder was at first */
function qualityLines(metrics: Readonly<Record<string, number>>, before: 'before' | 'untrained'): string[] {
  const { relativeLoss, knnMacro, knnMacroUntrained, testKnnMacro, testKnnMacroUntrained } = metrics;
  const { testMacro, testMacroError, teacherTestMacro, validationMacro, bestEpoch, testCalibrationError } = metrics;
  const { reconstructionError, multiplications, teacherMultiplications } = metrics;
  const lines: string[] = captionLines(metrics);
  if (validationMacro !== undefined) {
    lines.push(
      `  validation images right ${percent(metrics['bestValidationMacro'])}, mean over classes, at epoch ${bestEpoch}`,
    );
  }
  if (testMacro !== undefined) {
    const teacher = teacherTestMacro === undefined ? '' : ` (teacher ${percent(teacherTestMacro)})`;
    lines.push(`  test images right ${percent(testMacro)} ± ${percent(testMacroError)}, mean over classes${teacher}`);
    lines.push(`  confidence is off by ${percent(testCalibrationError)} on them`);
  }
  if (relativeLoss !== undefined) lines.push(`  loss ${percent(relativeLoss)} of chance`);
  if (multiplications !== undefined) {
    const share =
      teacherMultiplications === undefined
        ? ''
        : `, ${percent(multiplications / teacherMultiplications)} of the teacher's`;
    lines.push(`  ${(multiplications / 1e6).toFixed(1)} million multiplications for an image${share}`);
  }
  if (reconstructionError !== undefined) {
    lines.push(`  squared error of reconstructed pixels, from 0 to 1, ${reconstructionError.toFixed(4)}`);
  }
  if (knnMacro !== undefined) {
    lines.push(`  kNN accuracy on the training images ${percent(knnMacro)} (${before} ${percent(knnMacroUntrained)})`);
  }
  if (testKnnMacro !== undefined) {
    lines.push(
      `  kNN accuracy on the test images ${percent(testKnnMacro)} (${before} ${percent(testKnnMacroUntrained)})`,
    );
  }
  return lines;
}

/** How well images and captions find each other. */
function captionLines(metrics: Readonly<Record<string, number>>): string[] {
  const { bestValidationRecall, validationRecallBefore, bestEpoch, temperature } = metrics;
  const lines: string[] = [];
  if (bestValidationRecall !== undefined) {
    const at = bestEpoch === 0 ? 'no epoch found more than the beginning, which is kept' : `at epoch ${bestEpoch}`;
    lines.push(
      `  validation pairs find each other: recall ${percent(bestValidationRecall)}, mean of @1 to @10 (before ${percent(validationRecallBefore)}), ${at}`,
    );
  }
  for (const cutoff of [1, 5, 10]) {
    const [after, before] = [metrics[`testRecallAt${cutoff}`], metrics[`testRecallAt${cutoff}Before`]];
    if (after === undefined) continue;
    lines.push(`  held-out pairs find each other, recall@${cutoff} ${percent(after)} (before ${percent(before)})`);
  }
  if (temperature !== undefined && lines.length > 0) lines.push(`  temperature ${temperature.toPrecision(2)}`);
  return lines;
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
}

/** Who asked for nothing but the CPU knows what computes. */
function wasAsked({ settings, computing }: RunSummary): boolean {
  return computing !== undefined && settings.provider !== 'cpu';
}

function computedOn(run: RunSummary): string {
  return wasAsked(run) ? ` on ${run.computing!.provider}` : '';
}

function runLine(run: RunSummary): string {
  const { id, name, state, epoch, settings, metrics, bytes, encoder, selected, computing } = run;
  const { knnMacro, testMacro, testRecallAt1 } = metrics;
  const recall = testRecallAt1 === undefined ? '' : `, recall@1 ${percent(testRecallAt1)}`;
  const kNN = knnMacro === undefined ? recall : `, kNN ${percent(knnMacro)}`;
  const quality = testMacro === undefined ? kNN : `, ${percent(testMacro)} of test images right`;
  const made = encoder === undefined ? '' : `, encoder ${encoder}`;
  const part = selected === undefined ? '' : `, on ${formatQuantity(selected, 'selected image')}`;
  const why = computing?.reason === undefined ? '' : ` (${computing.reason})`;
  return `${id}  ${name}: ${state}, epoch ${epoch} of ${settings.epochs}${part}${computedOn(run)}${why}${quality}${made}, ${megabytes(bytes)}`;
}

function megabytes(bytes: number): string {
  return `${formatCount(Math.ceil(bytes / 1e6))} MB`;
}
