import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AddedEncoder, EncoderCard } from '../../core/encoders/card.ts';
import { encoderAdvice } from '../../core/encoders/encoderAdvice.ts';
import { usage } from '../../core/errors.ts';
import { recommendedSize, type RecommendedEncoder } from '../../core/hub/hubPlan.ts';
import { formatBytes, formatQuantity } from '../../core/progressText.ts';
import { summedSize, type IndexedVectors, type VectorSize } from '../../engine/encoders/indexedVectors.ts';
import type { RemovedEncoder } from '../../engine/encoders/removeEncoder.ts';
import { recommendedEncoders } from '../../engine/hub/recommended.ts';
import type { Command, CommandOutput } from '../command.ts';
import { addFromHub, hubReferenceFor } from '../hubEncoder.ts';
import { folderArgument } from '../paths.ts';

export const encodersCommand: Command = {
  name: 'encoders',
  usage:
    'encoders list|recommended|add FILE.onnx|add [hf:]OWNER/NAME[@REVISION][#FILE]|add https://huggingface.co/OWNER/NAME|add RECOMMENDED|remove ID [--in folder]',
  summary:
    'List the known encoders or recommended ones, add one to a dataset from an ONNX file or the Hugging Face hub, or remove one with its vectors.',
  options: {
    in: { type: 'string', value: 'FOLDER', help: 'the dataset; default: the current folder' },
    variant: {
      type: 'string',
      value: 'NAME',
      help: 'of a repository: fp16, quantized, q4, …; default: full precision',
    },
    yes: { type: 'boolean', short: 'y', help: 'download without asking; needed where there is no terminal' },
    offline: { type: 'boolean', help: 'use only what was downloaded before' },
  },
  async run(invocation, engine, job) {
    const [action = 'list', subject, ...rest] = invocation.positionals;
    const folder = folderArgument(invocation.text('in') ?? '.');
    const complete = action === 'list' || action === 'recommended' ? subject === undefined : subject !== undefined;
    if (!complete || rest.length > 0) throw usage(`Usage: likeness ${this.usage}`);
    let added: AddedEncoder | undefined;
    let advice: string | undefined;
    let problem: AddedEncoder['textProblem'];
    let removed: RemovedEncoder | undefined;
    switch (action) {
      case 'list':
        break;
      case 'recommended':
        return recommendations();
      case 'add': {
        // What lies in the folder goes before a recommended encoder of the same name.
        const reference = existsSync(subject!) ? undefined : hubReferenceFor(subject!);
        const variant = invocation.text('variant');
        if (reference === undefined) {
          if (variant !== undefined) throw usage('--variant chooses among the files of a repository (hf:OWNER/NAME).');
          const card = await engine.addEncoder(resolve(subject!), folder);
          if (card.encodes === 'texts') added = card;
          else advice = encoderAdvice(card);
          problem = card.textProblem;
          break;
        }
        if (variant !== undefined && subject!.includes('#'))
          throw usage('Name a file (#FILE) or a --variant, not both.');
        const request = {
          reference: variant === undefined ? reference : withoutFile(reference),
          ...(variant !== undefined && { variant }),
          offline: invocation.flag('offline'),
          yes: invocation.flag('yes'),
          root: engine.rootOf(folder),
        };
        added = await addFromHub(engine.hub, request, { input: process.stdin, output: process.stderr }, job);
        problem = added.textProblem;
        break;
      }
      case 'remove':
        removed = await engine.removeEncoder(subject!, folder, job);
        break;
      default:
        throw usage(`encoders can list, recommend, add or remove, not "${action}".`);
    }
    const encoders = await engine.listEncoders({ folder, imported: true, ofTexts: true });
    const told = [
      ...notesOn(added),
      advice,
      problem?.message,
      ...(removed === undefined ? [] : notesOnRemoved(removed)),
    ];
    const notes = told.filter((note) => note !== undefined);
    const vectors = await engine.indexedVectors(folder);
    const ids = new Set(encoders.map(({ id }) => id));
    const index = vectors.map(({ stored: { card }, inUse, ...size }) => ({ id: card.id, ...size, inUse }));
    const others = vectors.filter(({ stored: { card } }) => !ids.has(card.id));
    return {
      json: { encoders, index, ...(removed && { removed }) },
      lines: [
        ...encoders.map(
          (card) => describe(card) + describeSizes(vectors.filter(({ stored }) => stored.card.id === card.id)),
        ),
        ...others.map(
          (one) => `${one.stored.card.id}  ${one.stored.card.name}, not stored here${describeSizes([one])}`,
        ),
      ],
      notes,
    };
  },
};

function describeSizes(sizes: readonly IndexedVectors[]): string {
  if (sizes.length === 0) return '';
  const isUsed = sizes.some(({ inUse }) => inUse);
  return `; ${sizeText(summedSize(sizes))} in the index${isUsed ? ', in use' : ''}`;
}

function sizeText({ vectors, bytes }: VectorSize): string {
  return `${formatQuantity(vectors, 'vector')} (${formatBytes(bytes)})`;
}

function notesOnRemoved({ id, freed, kept }: RemovedEncoder): string[] {
  return [
    ...(freed.vectors > 0
      ? [`${sizeText(freed)} of ${id} are gone, and their place in the index is free for others.`]
      : []),
    ...(kept.vectors > 0
      ? [
          `${sizeText(kept)} of ${id} stay in the index, as the dataset is looked at with them; index it with another encoder and remove ${id} again to free their place.`,
        ]
      : []),
  ];
}

/** A variant is chosen among the files of the same network. */
function withoutFile(reference: string): string {
  return reference.replace(/#.*$/, '');
}

function notesOn(added: EncoderCard | undefined): string[] {
  if (added === undefined) return [];
  const advice = encoderAdvice(added);
  if (added.encodes === 'texts') return [ofCaptions(added.id)];
  return [`Added ${added.id}; use it with --encoder ${added.id}.`, ...(advice === undefined ? [] : [advice])];
}

function ofCaptions(id: string): string {
  return `Added ${id}, an encoder of captions: "likeness search --captions" and "likeness map --of captions" use it. Where there are several, "captionEncoder" of .likeness/config.json says which.`;
}

function recommendations(): CommandOutput {
  const recommended = recommendedEncoders();
  return { json: { recommended }, lines: recommended.map(recommendation) };
}

function recommendation(encoder: RecommendedEncoder): string {
  const { id, goodAt, dim, licence, repository } = encoder;
  const terms = licence === undefined ? 'licence not stated' : `licence ${licence}`;
  return `${id}  ${goodAt}; ${dim} dimensions, ${recommendedSize(encoder)}, ${terms}, ${repository}`;
}

function describe({ id, name, source, input, output, text, imported, encodes }: EncoderCard): string {
  if (encodes === 'texts') {
    return `${id}  ${name}, captions of up to ${text?.contextLength} tokens → ${output.dim} dimensions, ${source}`;
  }
  if (imported === true) return `${id}  ${name}, vectors of ${output.dim} dimensions, ${source}`;
  return `${id}  ${name}, ${input.size[1]} × ${input.size[0]} px → ${output.dim} dimensions${text === undefined ? '' : ', knows texts'}, ${source}`;
}
