import type { DoctorReport } from '../../protocol/engine.ts';

/** The report for reading: problems first, then what runs where. */
export function doctorMarkdown({ versions, providers, problems }: DoctorReport): string {
  const found =
    problems.length === 0
      ? ['No problems found.']
      : problems.map(({ code, message }) => `- **${escapeMarkdown(code)}**: ${escapeMarkdown(message)}`);
  return [
    '# Likeness Doctor',
    '',
    ...found,
    '',
    '## Where encoders run',
    '',
    'Measured with the default encoder; agreement is the mean cosine similarity to the vectors of the CPU.',
    '',
    ...table(
      ['Provider', 'Works', 'Images/s', 'Agreement'],
      providers.map(({ name, works, imagesPerSecond, agreement }) => [
        name,
        works ? 'yes' : 'no',
        works ? imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0) : '',
        works ? agreement.toFixed(4) : '',
      ]),
    ),
    '',
    '## Versions',
    '',
    ...table(['Component', 'Version'], Object.entries(versions)),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function escapeMarkdown(text: string): string {
  return /^-+$/.test(text) ? text : text.replaceAll(/[\\`*_{}[\]<>#|]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
