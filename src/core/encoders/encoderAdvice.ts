import type { EncoderCard, EncoderInput } from './card.ts';

type Told = Pick<EncoderCard, 'name' | 'input' | 'output' | 'inputAssumed'>;

/** What a person should know of an encoder that was just added; undefined where there is nothing to say. */
export function encoderAdvice({ name, input, output, inputAssumed }: Told): string | undefined {
  const sentences: string[] = [];
  if (/logit/i.test(output.name)) {
    sentences.push(
      `${name} was exported as a classifier: its vectors are the scores of its ${output.dim} classes, which tell less than the features behind them; an export for feature extraction compares better.`,
    );
  }
  if (inputAssumed === true) {
    sentences.push(
      `No file beside ${name} says how it takes pictures, so ${geometryOf(input)} and ImageNet's mean and deviation are assumed; if it was trained otherwise, put its preprocessor_config.json or a card.json beside the model and add it again.`,
    );
  } else if (inputAssumed === 'colours') {
    sentences.push(
      `No file beside ${name} says how colours are normalised, so ImageNet's mean and deviation are assumed; if it was trained with others, write them into a card.json beside the model ("input": {"mean": […], "std": […]}) and add it again.`,
    );
  }
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

function geometryOf({ size: [height, width], resize }: EncoderInput): string {
  const pixels = `${width} × ${height} px`;
  return resize === 'shortest-edge' ? `the middle of a picture at ${pixels}` : `the whole picture at ${pixels}`;
}
