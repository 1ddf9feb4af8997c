import { usage } from '../../core/errors.ts';
import { formatBytes, formatQuantity, formatSpeed } from '../../core/progressText.ts';
import type { DoctorReport, StrongerEncoder } from '../../protocol/engine.ts';
import type { Command } from '../command.ts';
import { DEFAULT_ENCODER_ID } from '../../engine/encoders/registry.ts';
import { folderArgument, tensorFlowArgument } from '../paths.ts';

const larger =
  'A larger one knows more of pictures: "likeness encoders recommended" lists some, and "likeness index FOLDER --encoder FILE.onnx" takes any ONNX image encoder.';
const tune = (id: string) => `"likeness train finetune FOLDER --from ${id}" teaches it your classes`;
const compare = '"likeness evaluate FOLDER --encoder ID,ID" compares encoders on your own images.';

/** How to get a stronger encoder than the one of such an id. */
const advice: Readonly<Record<StrongerEncoder, (id: string) => string>> = {
  default: () =>
    `${DEFAULT_ENCODER_ID}, the default, knows more of pictures: likeness index FOLDER --encoder ${DEFAULT_ENCODER_ID}`,
  larger: (id) => `It is the default. ${larger} Where images have labels, ${tune(id)}.`,
  tuned: (id) => `Where images have labels, ${tune(id)}. ${larger} ${compare}`,
  compared: () => `It knows classes. ${larger} ${compare}`,
};

/** Which encoder is in use, and how to get a stronger one. */
function encoderLines({ encoder }: DoctorReport): string[] {
  if (encoder === undefined) return [];
  const { id, name, stronger, imagesPerSecond } = encoder;
  // There is no speed of vectors that were imported.
  const speed = imagesPerSecond > 0 ? `: ${formatSpeed(imagesPerSecond)} on the CPU` : '';
  return [`encoder ${id} (${name})${speed}`, advice[stronger](id)];
}

/** What there is to compute with. */
function machineLine({ machine: { threads, cores, memoryBytes, freeBytes } }: DoctorReport): string {
  return `machine ${formatQuantity(threads, 'thread')} on ${formatQuantity(cores, 'core')}, ${formatBytes(freeBytes)} of ${formatBytes(memoryBytes)} memory free`;
}

/** Where encoders from the hub are kept, and what they take. */
function downloadsLine({ downloads: { folder, bytes, repositories } }: DoctorReport): string {
  return repositories.length === 0
    ? `downloads none; they are kept in ${folder}`
    : `downloads ${formatBytes(bytes)} of ${repositories.join(', ')} in ${folder}`;
}

/** How fast an encoder is, and which. */
function providerLines({ measuredWith, providers }: DoctorReport): string[] {
  const withEncoder = measuredWith === undefined ? '' : ` with ${measuredWith}`;
  return providers.map(({ name, works, imagesPerSecond, agreement, reason }) =>
    works
      ? `${name}: ${formatSpeed(imagesPerSecond)}${withEncoder}, agreement ${agreement.toFixed(4)}`
      : `${name} ${reason ?? 'does not work here'}`,
  );
}

export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor [folder]',
  summary: 'Show versions, what computes on this machine and how fast, and what is wrong.',
  options: {
    'tensorflow-module': { type: 'string', value: 'NAME|FOLDER', help: 'the TensorFlow.js that has to work here' },
  },
  async run(invocation, engine, job) {
    const [folder = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    const tensorFlowModule = tensorFlowArgument(invocation.text('tensorflow-module'));
    const request = { folder: folderArgument(folder), ...(tensorFlowModule !== undefined && { tensorFlowModule }) };
    const report = await engine.doctor(request, job);
    return {
      json: report,
      lines: [
        ...encoderLines(report),
        machineLine(report),
        ...Object.entries(report.versions).map(([name, version]) => `${name} ${version}`),
        ...providerLines(report),
        downloadsLine(report),
        ...report.slow.map(({ message }) => `slow: ${message}`),
        ...report.problems.map(({ code, message }) => `${code}: ${message}`),
        ...(report.problems.length === 0 ? ['No problems found.'] : []),
      ],
    };
  },
};
