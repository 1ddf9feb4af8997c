import { readFileSync } from 'node:fs';
import type { RecommendedEncoder } from '../../core/hub/hubPlan.ts';
import { formatHubReference, DEFAULT_REVISION } from '../../core/hub/hubReference.ts';
import { shippedEncoders } from '../entryPoints.ts';

/** Encoders worth trying; a list that ships as data. Nothing is downloaded for it. */
export function recommendedEncoders(): readonly RecommendedEncoder[] {
  return JSON.parse(readFileSync(new URL('recommended.json', shippedEncoders()), 'utf8')) as RecommendedEncoder[];
}

/** How such an encoder is added: `hf:OWNER/NAME#FILE`. */
export function recommendedReference({ repository, file }: RecommendedEncoder): string {
  return formatHubReference({ repository, revision: DEFAULT_REVISION, file });
}
