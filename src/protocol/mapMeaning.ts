import type { MapMethod } from './maps.ts';

/** What distances on a map mean and what they don't. */
export function mapMeaning(method: MapMethod): string {
  return method === 'umap'
    ? 'Images that lie close together are alike to the encoder. How far apart clumps lie, how large they are and how dense means little, and the axes mean nothing.'
    : 'The two directions in which the embeddings differ most. Images far apart differ; those that lie close together may still differ in all other directions.';
}
