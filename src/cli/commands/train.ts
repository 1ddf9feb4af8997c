import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';
import type { PretrainPlan, PretrainSettings, RunSummary, TrainingReport } from '../../protocol/training.ts';
import type { Command, CommandOutput, Invocation, OptionSpec } from '../command.ts';
import { tensorFlowArgument } from '../paths.ts';

/** Options of pretraining by name: which setting each gives, and what it takes. */
const settingOptions = {
  epochs: { key: 'epochs', number: true, value: 'N', help: 'passes over the images (default 100)' },
  network: { key: 'network', value: 'ID', help: 'resnet10 (default), resnet10-light or resnet18-wide' },
  size: { key: 'size', number: true, value: 'PIXELS', help: 'height and width of a view, 32 to 128 (default 64)' },
  batch: {
    key: 'batchImages',
    number: true,
    value: 'N',
    help: 'images in a batch (default 128, fewer for few images)',
  },
  loss: { key: 'loss', value: 'KIND', help: 'nt-xent (default), dcl or supervised' },
  temperature: { key: 'temperature', number: true, value: 'T', help: 'of the loss (default 0.2)' },
  augmentation: {
    key: 'augmentation',
    value: 'PRESET',
    help: 'natural (default), fine-grained-colour, documents, aerial or medical-gray',
  },
  optimizer: { key: 'optimizer', value: 'KIND', help: 'sgd (default), adamw or lars' },
  'learning-rate': { key: 'learningRate', number: true, value: 'RATE', help: 'at its highest; default: by batch size' },
  'weight-decay': { key: 'weightDecay', number: true, value: 'W', help: 'default: by optimiser' },
  'head-layers': { key: 'headLayers', number: true, value: '2|3', help: 'layers of the projection head (default 2)' },
  seed: { key: 'seed', number: true, value: 'N', help: 'of all randomness (default 0)' },
  engine: {
    key: 'engine',
    value: 'KIND',
    help: 'onnxruntime (default), or tensorflow where TensorFlow.js is installed',
  },
  threads: { key: 'threads', number: true, value: 'N', help: 'default: all cores' },
  name: { key: 'name', value: 'TEXT', help: 'what the run and its encoder are called' },
} as const satisfies Record<
  string,
  { readonly key: keyof PretrainSettings; readonly number?: true; readonly value: string; readonly help: string }
>;

const options: Record<string, OptionSpec> = {
  ...Object.fromEntries(
    Object.entries(settingOptions).map(([name, { value, help }]) => [name, { type: 'string', value, help } as const]),
  ),
  'include-test': { type: 'boolean', help: 'train on the images of the test split too' },
  'tensorflow-module': {
    type: 'string',
    value: 'NAME|FOLDER',
    help: "the TensorFlow.js of --engine tensorflow; default: tfjs-node-gpu, else tfjs-node, of the dataset's node_modules",
  },
  plan: { type: 'boolean', help: 'only tell what the run would do and take' },
  in: { type: 'string', value: 'FOLDER', help: 'the dataset of a run; default: the current folder' },
};

export const trainCommand: Command = {
  name: 'train',
  usage: 'train pretrain [folder] [--epochs N] | resume RUN | list | delete RUN',
  summary: 'Teach an encoder on the images of a folder, without labels (SimCLR). The result is an ONNX encoder.',
  options,
  async run(invocation, engine, job) {
    const [action, subject, ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    const folder = resolve(invocation.text('in') ?? '.');
    const tensorFlow = tensorFlowOf(invocation);
    switch (action) {
      case 'pretrain': {
        const request = { folder: resolve(subject ?? '.'), settings: settingsOf(invocation), ...tensorFlow };
        if (invocation.flag('plan')) return planOutput(await engine.planPretraining(request, job));
        return reportOutput(await engine.pretrain(request, job));
      }
      case 'resume':
        if (subject === undefined) throw usage('resume takes the id of a run; likeness train list names them.');
        return reportOutput(await engine.resumeRun({ folder, run: subject, ...tensorFlow }, job));
      case 'list': {
        const runs = await engine.listRuns({ folder: resolve(subject ?? folder) });
        return { json: { runs }, lines: runs.length === 0 ? ['There are no runs.'] : runs.map(runLine) };
      }
      case 'delete': {
        if (subject === undefined) throw usage('delete takes the id of a run; likeness train list names them.');
        const { bytes } = await engine.deleteRun({ folder, run: subject, encoder: false });
        return { json: { run: subject, bytes }, lines: [`Deleted ${subject}, ${megabytes(bytes)} are free again.`] };
      }
      default:
        throw usage(
          `train can pretrain, resume, list or delete, not "${action ?? ''}".\nUsage: likeness ${this.usage}`,
        );
    }
  },
};

function settingsOf(invocation: Invocation): PretrainSettings {
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(settingOptions)) {
    const text = invocation.text(name);
    if (text === undefined) continue;
    const number = Number(text);
    if ('number' in option && (text.trim() === '' || !Number.isFinite(number))) {
      throw usage(`--${name} takes a number, not "${text}".`);
    }
    settings[option.key] = 'number' in option ? number : text;
  }
  if (invocation.flag('include-test')) settings['includeTest'] = true;
  return settings;
}

function tensorFlowOf(invocation: Invocation): { readonly tensorFlowModule?: string } {
  const tensorFlowModule = tensorFlowArgument(invocation.text('tensorflow-module'));
  return tensorFlowModule === undefined ? {} : { tensorFlowModule };
}

function planOutput(plan: PretrainPlan): CommandOutput {
  const { images, heldOut, settings, stepsPerEpoch, secondsPerStep, seconds, memoryBytes } = plan;
  const { network, size, batchImages, epochs, loss, temperature, augmentation, engine } = settings;
  return {
    json: plan,
    lines: [
      `${network} at ${size} px on ${formatQuantity(images, 'image')}${heldOut > 0 ? `; ${formatCount(heldOut)} of the test split are left out` : ''}`,
      `  ${formatCount(epochs)} epochs of ${formatQuantity(stepsPerEpoch, 'step')} with ${batchImages} images; ${loss}, temperature ${temperature}, augmentation ${augmentation}`,
      `  ${secondsPerStep.toFixed(2)} s a step on this machine${engine === 'tensorflow' ? ' with TensorFlow.js' : ''}: about ${formatDuration(seconds)} in all, ${megabytes(memoryBytes)} of memory`,
    ],
    notes: plan.notices.map(({ message }) => message),
  };
}

function reportOutput({ run, notices }: TrainingReport): CommandOutput {
  const { id, encoder, seconds, metrics, epoch } = run;
  return {
    json: { run: id, encoder, seconds, metrics },
    lines: [
      `${id}: ${formatQuantity(epoch, 'epoch')} in ${formatDuration(seconds)}`,
      ...qualityLines(metrics),
      ...(encoder === undefined
        ? []
        : [`  The encoder is ${encoder}; use it with: likeness index --encoder ${encoder}`]),
    ],
    notes: notices.map(({ message }) => message),
  };
}

/** How well classes can be told, before and after. */
function qualityLines(metrics: Readonly<Record<string, number>>): string[] {
  const { relativeLoss, knnMacro, knnMacroUntrained, testKnnMacro, testKnnMacroUntrained } = metrics;
  const lines: string[] = [];
  if (relativeLoss !== undefined) lines.push(`  loss ${percent(relativeLoss)} of chance`);
  if (knnMacro !== undefined) {
    lines.push(`  kNN accuracy on the training images ${percent(knnMacro)} (untrained ${percent(knnMacroUntrained)})`);
  }
  if (testKnnMacro !== undefined) {
    lines.push(
      `  kNN accuracy on the test images ${percent(testKnnMacro)} (untrained ${percent(testKnnMacroUntrained)})`,
    );
  }
  return lines;
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
}

function runLine({ id, name, state, epoch, settings, metrics, bytes, encoder }: RunSummary): string {
  const quality = metrics['knnMacro'] === undefined ? '' : `, kNN ${percent(metrics['knnMacro'])}`;
  const made = encoder === undefined ? '' : `, encoder ${encoder}`;
  return `${id}  ${name}: ${state}, epoch ${epoch} of ${settings.epochs}${quality}${made}, ${megabytes(bytes)}`;
}

function megabytes(bytes: number): string {
  return `${formatCount(Math.ceil(bytes / 1e6))} MB`;
}
