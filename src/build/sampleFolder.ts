import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ErrorCode, LikenessError } from '../core/errors.ts';
import { encodeImage } from '../engine/images/codec.ts';
import { generateSample, SAMPLE_MARKER, type SampleSummary } from '../engine/sample/generate.ts';
import { inProject } from './project.ts';

/** Where `npm start` looks when it is given no folder. */
export const defaultSampleFolder = inProject('sample');

export interface ProvideSampleOptions {
  readonly imagesPerClass?: number;
  /** A sample of another version or size is replaced instead of refused; anything else in the folder never is. */
  readonly replace: boolean;
}

/** Fills `folder` with the sample data set unless it is there already. */
export async function provideSample(folder: string, options: ProvideSampleOptions): Promise<SampleSummary> {
  const { replace, ...size } = options;
  try {
    return await generateSample(folder, { encodeImage, ...size });
  } catch (error) {
    const isSample = existsSync(path.join(folder, SAMPLE_MARKER));
    if (!replace || !isSample || !(error instanceof LikenessError) || error.code !== ErrorCode.FolderNotEmpty)
      throw error;
    await rm(folder, { recursive: true, force: true });
    return generateSample(folder, { encodeImage, ...size });
  }
}
