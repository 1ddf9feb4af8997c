import { formatBytes, formatQuantity, formatSpeed } from '../../core/progressText.ts';
import type { DoctorReport, StrongerEncoder } from '../../protocol/engine.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The report for reading: problems first, then what runs where. */
export function doctorMarkdown(report: DoctorReport): string {
  const { versions, providers, measuredWith, problems } = report;
  const measured = measuredWith === undefined ? '' : `Measured with ${escapeMarkdown(measuredWith)}. `;
  const found =
    problems.length === 0
      ? ['No problems found.']
      : problems.map(({ code, message }) => `- **${escapeMarkdown(code)}**: ${escapeMarkdown(message)}`);
  return [
    '# Likeness Doctor',
    '',
    ...found,
    '',
    ...slowSection(report),
    ...encoderSection(report),
    ...machineSection(report),
    ...downloadsSection(report),
    '## Where encoders run',
    '',
    `${measured}Agreement is the lowest cosine similarity to the vectors of the CPU; at least 0.999 is asked.`,
    '',
    ...markdownTable(
      [{ title: 'Provider' }, { title: 'Works' }, { title: 'Speed' }, { title: 'Agreement' }],
      providers.map(({ name, works, imagesPerSecond, agreement, reason }) => [
        escapeMarkdown(name),
        works ? 'yes' : escapeMarkdown(reason === undefined ? 'no' : `no: ${reason}`),
        works ? formatSpeed(imagesPerSecond) : '',
        works ? agreement.toFixed(4) : '',
      ]),
    ),
    '',
    '## Versions',
    '',
    ...markdownTable(
      [{ title: 'Component' }, { title: 'Version' }],
      Object.entries(versions).map((entry) => entry.map(escapeMarkdown)),
    ),
    '',
  ].join('\n');
}

/** What is slower than it has to be; nothing where nothing is. */
function slowSection({ slow }: DoctorReport): string[] {
  if (slow.length === 0) return [];
  return ['## What is slow, and what to do', '', ...slow.map(({ message }) => `- ${escapeMarkdown(message)}`), ''];
}

/** What there is to compute with. */
function machineSection({ machine: { threads, cores, memoryBytes, freeBytes } }: DoctorReport): string[] {
  const computing = `Encoders run on ${formatQuantity(threads, 'thread')}; there are ${formatQuantity(cores, 'core')}, and ${formatBytes(freeBytes)} of ${formatBytes(memoryBytes)} of memory are free.`;
  return ['## Machine', '', computing, ''];
}

/** Which encoder is in use, and how to get a stronger one. */
function encoderSection({ encoder }: DoctorReport): string[] {
  if (encoder === undefined) return [];
  const { id, name, stronger, imagesPerSecond } = encoder;
  const speed = imagesPerSecond > 0 ? `, ${formatSpeed(imagesPerSecond)} on the CPU` : '';
  const used = `Images are looked at with **${escapeMarkdown(name)}** (${escapeMarkdown(id)})${speed}.`;
  return ['## Encoder', '', `${used} ${advice[stronger]}`, ''];
}

/** Where encoders from the hub are kept, and what they take. */
function downloadsSection({ downloads: { folder, bytes, repositories } }: DoctorReport): string[] {
  const kept =
    repositories.length === 0
      ? `None yet. They would be kept in ${escapeMarkdown(folder)}, for all folders.`
      : `${formatBytes(bytes)} of ${escapeMarkdown(repositories.join(', '))} are kept in ${escapeMarkdown(folder)}, for all folders. Encoders in use are copies: what is there can be deleted, and is downloaded again where it's wanted.`;
  return ['## Downloaded encoders', '', kept, ''];
}

const larger = 'A larger one knows more: _Choose Encoder_ downloads one or takes any ONNX image encoder.';
const tune = 'Where images have labels, _Fine-tune Encoder_ teaches it your classes.';
const compare = '_Compare Encoders_ shows which is best on your own images.';

/** How to get a stronger encoder. */
const advice: Readonly<Record<StrongerEncoder, string>> = {
  default: 'The default has learnt more of pictures; _Choose Encoder_ changes to it.',
  larger: `It is the default. ${larger} ${tune}`,
  tuned: `${tune} ${larger} ${compare}`,
  compared: `It knows classes. ${larger} ${compare}`,
};
