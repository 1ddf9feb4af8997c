/** Keys of the store's meta table. */
export const meta = {
  /** Identity of the encoder that the dataset is looked at with: the one of the last run over the whole folder, or chosen since. */
  encoder: 'encoder',
  /** How that encoder was named: an id or a path. */
  encoderReference: 'encoder-reference',
  /** When the last run over the whole folder finished, milliseconds since the epoch. */
  indexedAt: 'indexed-at',
  /** Decoder and limits that the stored failures were found with. */
  decoder: 'decoder',
  /** State of the index, encoder and decoder after a run that left nothing to do. */
  settled: 'settled',
  /** Names this index to what checks keep beside it. */
  checked: 'checked',
} as const;
